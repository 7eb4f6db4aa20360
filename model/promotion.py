"""Which version may serve: the rules by which people promote one, and go back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from copytaster.model.errors import CopytasterError
from copytaster.model.history import Entry
from copytaster.model.registry import OvertakenError, Registry

#: So many sentences of a verdict are kept in the history.
_SENTENCES = 3


class ObjectionError(CopytasterError):
    """Raised if the gate does not say that a version may serve, and nobody said force."""


@dataclass(frozen=True, slots=True)
class Change:
    """What came of asking for another champion.

    Attributes
    ----------
    entry : Entry
        The newest of the history.
    before : str or None
        What was the champion.
    """

    entry: Entry
    before: str | None

    @property
    def changed(self) -> bool:
        """Whether the champion is another than before."""
        return self.entry.version != self.before

    @property
    def words(self) -> str:
        """What happened, as a sentence."""
        version, place = self.entry.version, f" in the place of {self.before}"
        if not self.changed:
            return f"{version} is the champion already; nothing was changed."
        if self.entry.kind == "rollback":
            return f"{version} serves again,{place}."
        return f"{version} serves from now on{place if self.before else ''}."


def promote(
    registry: Registry, version: str, *, by: str, why: str, force: bool, after: str | None = None
) -> Change:
    """Make *version* the champion, if the gate passed it or *force* is said.

    Parameters
    ----------
    registry : Registry
    version : str
    by, why : str
        Who asks, and the reason, for the history.
    force : bool
        Whether to do it against, or without, a verdict of the gate; recorded where it was needed.
    after : str or None
        The version that must be the champion; ``None``: whichever it is.

    Raises
    ------
    ObjectionError
        If the gate refused the version, did not judge it, or judged it beside another champion.
    OvertakenError
        If another is the champion than the one named by *after*, or becomes it meanwhile.
    ArtifactError
        If there is no such version, or it does not prove itself.
    """
    verdict, history = registry.verdict(version), registry.history()
    if version == history.champion:
        return Change(history.entries[-1], version)
    _must_be(registry, history.champion, after)
    objection = _objection(verdict, history.champion)
    if objection and not force:
        raise ObjectionError(f"{objection} {version}")
    entry = registry.promote(
        version,
        by=by,
        why=why,
        forced=objection is not None,
        verdict=short(verdict) if verdict else None,
        after=history.champion,
    )
    # Another promotion of the same version may have been first: then nothing is left to change.
    own = (entry.by, entry.why) == (by, why)
    return Change(entry, history.champion if own else version)


def roll_back(registry: Registry, *, by: str, why: str, after: str | None = None) -> Change:
    """Return to the champion before; raises as :func:`promote`, and if nothing served before."""
    champion = registry.history().champion
    _must_be(registry, champion, after)
    return Change(registry.rollback(by=by, why=why, after=champion), champion)


def short(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the history, and a list, keep of a verdict of the gate."""
    words = verdict.get("words")
    found = {name: verdict[name] for name in ("promote", "champion") if name in verdict}
    return {**found, "words": words[:_SENTENCES]} if isinstance(words, list) else found


def _must_be(registry: Registry, champion: str | None, after: str | None) -> None:
    if after is not None and champion != after:
        problem = f"{champion or 'none'} is the champion, not {after}"
        raise OvertakenError(registry.root, problem, "nothing was changed")


def _objection(verdict: Mapping[str, Any] | None, champion: str | None) -> str | None:
    """Return the beginning of a sentence that says why a version may not simply be promoted."""
    if verdict is None:
        return "the gate has not judged"
    if not verdict["promote"]:
        return "the gate refused"
    judged = verdict.get("champion", champion)
    if judged != champion:
        return f"the gate compared with {judged or 'nothing'}, not with {champion or 'nothing'},"
    return None
