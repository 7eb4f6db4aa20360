"""Requests and replies: the one source of validation and of ``/openapi.json``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.types import Article, Review, Span, Tier

Identifier = (
    Annotated[str, Field(strict=True, max_length=1024)]
    | Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
)


class ArticleRequest(BaseModel):
    """An article to tag; fields that are not named here are ignored."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "example": {
                "id": "a1",
                "headline": "Taipei weighs answer to Beijing's fruit ban",
                "text": "Taiwan's foreign ministry said on Tuesday that …",
                "language": "en",
                "published": "2026-11-21T09:30:00Z",
            }
        },
    )

    text: str = Field(description="The body. May be empty where there is a headline.")
    headline: str = Field(default="", description="A word here is worth more than in the body.")
    id: Identifier | None = Field(default=None, description="Echoed in the reply.")
    language: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$",
        description="BCP 47 tag, such as en or en-GB. Trusted; detected where it is missing.",
    )
    published: datetime | None = Field(default=None, description="ISO 8601 date and time.")

    def article(self) -> Article:
        """Return the article."""
        return Article(
            text=self.text,
            headline=self.headline,
            id=None if self.id is None else str(self.id),
            language=self.language,
            published=self.published,
        )


class TagQuery(BaseModel):
    """The query parameters of ``POST /tag``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    explain: bool = Field(default=False, description="Give each tag the words that decided it.")
    limit: int | None = Field(default=None, ge=1, description="At most so many tags.")
    all: bool = Field(default=False, description="Report every topic, tags or not.")


class _Reply(BaseModel):
    """What is sent; its checks are made when they are first needed, not at the start."""

    model_config = ConfigDict(defer_build=True)


class EvidenceReply(_Reply):
    """One term's part in a tag."""

    term: str = Field(description="Lower-cased; every digit is shown as 0.")
    contribution: float = Field(description="What it added to the logit of the confidence.")
    spans: list[Span] = Field(description="Where it stands in text: start, end, code points.")
    headline_spans: list[Span] = Field(description="Where it stands in headline.")


class TagReply(_Reply):
    """A topic put on the article."""

    topic: str = Field(description="Slug.")
    name: str
    uri: str | None = Field(description="IPTC Media Topic that means exactly the same.")
    confidence: float = Field(ge=0, le=1, description="Probability that an editor says yes.")
    tier: Tier | None = Field(description="null: below the threshold, shown as all=1 asks.")
    evidence: list[EvidenceReply] | None = Field(
        default=None, exclude_if=lambda value: value is None, description="Where explain=1 asks."
    )


class TaggingReply(_Reply):
    """What the tagger says of the article."""

    id: Identifier | None
    model: str = Field(description="Version of the tagger.")
    language: str | None = Field(
        description="As sent; else as detected, where few words are known and it is sure."
    )
    known: float = Field(ge=0, le=1, description="Share of tokens that the tagger has seen.")
    review: Review | None = Field(
        description="Why an editor should look. language: the tagger never learnt from it, and "
        "no tag is auto. The others: there is no tag. null: no reason."
    )
    tags: list[TagReply] = Field(description="Most confident first.")


class TopicReply(_Reply):
    """One topic of the taxonomy, with how well the tagger knows it."""

    topic: str = Field(description="Slug.")
    name: str
    definition: str
    uri: str | None
    parent: str | None
    suggest_from: float = Field(ge=0, le=1, description="Confidence from which it is a tag.")
    auto_from: float | None = Field(description="Confidence from which the tier is auto, if any.")
    articles: int = Field(description="Articles that it was learnt from.")
    f1: float = Field(ge=0, le=1, description="Cross-validated.")


class WaitingReply(_Reply):
    """A topic that takes labels, and is tagged once a version has been trained on them."""

    topic: str = Field(description="Slug.")
    name: str
    definition: str
    uri: str | None
    parent: str | None


class TopicsReply(_Reply):
    """The taxonomy."""

    model: str
    topics: list[TopicReply]
    waiting: list[WaitingReply] = Field(
        description="Topics of taxonomy.json that do not serve yet; labels for them are taken."
    )
    redirects: dict[str, list[str]] = Field(
        description="Old slugs, each with those of the topics that it means now."
    )

    @classmethod
    def of(cls, tagger: Tagger, known: Taxonomy) -> "TopicsReply":
        """Return the reply for *tagger*; topics behind its own are *known* to wait."""
        suggest = tagger.calibration.confidence(tagger.tiers.suggest).tolist()
        proven = (tagger.tiers.auto < float("inf")).tolist()
        auto = tagger.calibration.confidence(tagger.tiers.auto).tolist()
        metrics: Mapping[str, Mapping[str, float]] = tagger.manifest.metrics["topics"]
        redirects = known.redirects
        return cls(
            model=tagger.version,
            topics=[
                TopicReply(
                    topic=topic.slug,
                    name=topic.name,
                    definition=topic.definition,
                    uri=topic.uri,
                    parent=topic.parent,
                    suggest_from=round(suggest[at], 6),
                    auto_from=round(auto[at], 6) if proven[at] else None,
                    articles=int(metrics[topic.slug]["articles"]),
                    f1=round(metrics[topic.slug]["f1"], 4),
                )
                for at, topic in enumerate(tagger.taxonomy)
            ],
            waiting=[
                WaitingReply(
                    topic=topic.slug,
                    name=topic.name,
                    definition=topic.definition,
                    uri=topic.uri,
                    parent=topic.parent,
                )
                for topic in known.topics[len(tagger.taxonomy) :]
            ],
            redirects={old: list(redirects.ends(old)) for old in redirects},
        )


class HealthReply(_Reply):
    """The process runs."""

    status: str = "ok"


class RefusedReply(_Reply):
    """A champion that does not serve, since it did not prove itself."""

    version: str | None = Field(description="null: the pointer names none that is here.")
    why: str = Field(description="What is wrong, and what to do.")


class ReadyReply(_Reply):
    """The tagger is loaded."""

    status: str = "ready"
    model: str
    topics: int
    languages: list[str] = Field(
        description="Languages that it learnt from; empty where they could not be told."
    )
    scorer: str = Field(description="Which implementation scores.")
    champion: str | None = Field(
        description="The version that the registry names, half a second ago at most; it is what "
        "serves, or soon will, unless it is refused. null: it names none."
    )
    refused: RefusedReply | None = Field(
        description="Why the champion is not what serves; null where it is."
    )
    taxonomy: str | None = Field(
        description="What is wrong with taxonomy.json, so that labels are taken only for topics "
        "that serve. null: nothing, or there is none."
    )


class FieldProblem(_Reply):
    """What is wrong with one field."""

    field: str
    problem: str


class Problem(_Reply):
    """An RFC 9457 problem document."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class LineProblem(Problem):
    """A problem document in a stream's reply, in the place of a result."""

    line: int = Field(ge=1, description="The line of the request, from 1.")
