"""What is sent and answered where trained versions are looked at, promoted and rolled back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from copytaster.model.history import Entry
from copytaster.model.manifest import Manifest
from copytaster.model.promotion import Change
from copytaster.model.versions import Version, share
from copytaster.service.schemas import RefusedReply

_Why = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000),
    Field(description="The reason, for the history."),
]
_By = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)] | None,
    Field(description="Who does it, for the history; the access key's id is kept besides."),
]
_From = Annotated[
    str | None,
    Field(alias="from", description="The version that must be the champion; else 409."),
]
_MEANS = "It takes effect in every worker within two seconds."


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class _Reply(BaseModel):
    model_config = ConfigDict(defer_build=True)


class PromoteRequest(_Request):
    """A version to promote."""

    why: _Why
    by: _By = None
    after: _From = None
    force: bool = Field(
        default=False,
        strict=True,
        description="Promote what the gate refused, did not judge, or compared with another.",
    )


class RollbackRequest(_Request):
    """A return to the champion before."""

    why: _Why
    by: _By = None
    after: _From = None


class VersionReply(_Reply):
    """A trained version."""

    version: str
    champion: bool = Field(description="Whether the registry names it.")
    serves: bool = Field(description="Whether it serves in the worker that answers.")
    saved: datetime
    digest: str | None = Field(description="SHA-256 of its manifest, which holds its files'.")
    newest: str | None = Field(description="Date of the newest article that it learned from.")
    articles: int | None = Field(description="That it learned from.")
    topics: int | None
    languages: list[str]
    micro_f1: float | None = Field(description="Cross-validated at training, 0 to 1.")
    macro_f1: float | None
    since: datetime | None = Field(description="When it began to serve, the last time.")
    until: datetime | None = Field(description="When that ended; null if it serves.")
    judged: bool | None = Field(description="Whether the gate passed it; null: not judged.")
    verdict: Mapping[str, Any] | None = Field(
        description="The same in short: promote, champion (what it was compared with), words."
    )
    problem: str | None = Field(description="Why it cannot be read; most is null then.")

    @classmethod
    def of(cls, found: Version, serving: str, **more: object) -> "VersionReply":
        """Return the reply for a version, of which the one named *serving* serves."""
        return cls(**found.as_json(), serves=found.version == serving, **more)


class VersionsReply(_Reply):
    """The versions, the one that was saved first at the front."""

    champion: str | None = Field(description="null: the registry names none that is here.")
    refused: RefusedReply | None = Field(
        description="Why the champion does not serve in the worker that answers; null where it does"
        " or soon will."
    )
    versions: list[VersionReply]


class EntryReply(_Reply):
    """A change of the champion, as the history keeps it."""

    at: datetime
    version: str
    kind: Literal["promote", "rollback"]
    by: str
    why: str
    forced: bool = Field(description="Done against, or without, a verdict of the gate.")
    verdict: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, entry: Entry) -> "EntryReply":
        """Return the reply for *entry*."""
        return cls(**entry.as_json())


class FiguresReply(_Reply):
    """How well a version knows a topic, cross-validated at training."""

    topic: str
    articles: int
    precision: float | None
    recall: float | None
    f1: float | None
    auto_proven: float | None = Field(description="Precision of the tier auto that is proven.")

    @classmethod
    def every(cls, manifest: Manifest) -> "list[FiguresReply]":
        """Return the figures of each topic, in the taxonomy's order."""
        return [
            cls(
                topic=slug,
                articles=int(of["articles"]),
                auto_proven=share(of.get("auto", {}).get("proven")),
                **{name: share(of[name]) for name in ("precision", "recall", "f1")},
            )
            for slug in manifest.taxonomy.slugs
            for of in (manifest.metrics["topics"][slug],)
        ]


class VersionDetail(VersionReply):
    """A trained version, with its topics and when it served."""

    settings: Mapping[str, Any] = Field(description="What it was trained with.")
    figures: list[FiguresReply] = Field(description="Of each topic.")
    words: list[str] = Field(description="The gate's verdict, all of it.")
    history: list[EntryReply] = Field(description="When it began to serve; the oldest first.")


class ChangeReply(_Reply):
    """What came of a promotion or a rollback."""

    champion: str
    before: str | None = Field(description="What was the champion.")
    changed: bool = Field(description="false: it was the champion already.")
    detail: str
    entry: EntryReply = Field(description="The newest of the history.")

    @classmethod
    def of(cls, change: Change) -> "ChangeReply":
        """Return the reply for *change*."""
        return cls(
            champion=change.entry.version,
            before=change.before,
            changed=change.changed,
            detail=f"{change.words} {_MEANS}" if change.changed else change.words,
            entry=EntryReply.of(change.entry),
        )
