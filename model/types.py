"""Articles in, tags out: the values that every room passes around."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Tier = Literal["auto", "suggest"]
Review = Literal["nothing above threshold", "unfamiliar text", "language"]
Span = tuple[int, int]


class Story(Protocol):
    """What tagging reads of an article, whoever keeps it; attributes as of :class:`Article`."""

    @property
    def text(self) -> str:
        """The body."""

    @property
    def headline(self) -> str:
        """The headline."""

    @property
    def language(self) -> str | None:
        """BCP 47 tag, where the CMS knows it."""


@dataclass(frozen=True, slots=True)
class Article:
    """One story as a CMS sends it.

    Attributes
    ----------
    text : str
        The body; may be empty for a story that is only a headline.
    headline : str
        The headline; may be empty.
    id : str or None
        The CMS's own identifier; echoed, never interpreted.
    language : str or None
        BCP 47 tag, where the CMS knows it.
    published : datetime or None
        When it was published.
    chain : str or None
        The story that this one updates.
    """

    text: str
    headline: str = ""
    id: str | None = None
    language: str | None = None
    published: datetime | None = None
    chain: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One term's part in a decision.

    Attributes
    ----------
    term : str
        The token, lower-cased, figures folded to 0; or a pair of adjacent ones.
    contribution : float
        What it added to the logit of the confidence; over all terms of an article, plus the
        topic's constant (the logit of an article without a known word), the contributions sum
        to that logit.
    spans, headline_spans : tuple of (int, int)
        Where it stands in the article's text and headline, the first fifty places of each: code
        point offsets, end exclusive.
    """

    term: str
    contribution: float
    spans: tuple[Span, ...]
    headline_spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A topic put on an article.

    Attributes
    ----------
    topic, name, uri : str, str, str or None
        The topic's slug, its name, and its IPTC Media Topic URI where it has one.
    confidence : float
        Calibrated probability, 0 to 1, that an editor would say yes.
    tier : {"auto", "suggest"} or None
        ``None`` for a topic below its threshold, reported only when all are asked for.
    evidence : tuple of Evidence
        The terms that spoke most strongly for it, strongest first; empty unless asked for.
    """

    topic: str
    name: str
    uri: str | None
    confidence: float
    tier: Tier | None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Tagging:
    """What the tagger says of one article.

    Attributes
    ----------
    id : str or None
        As the article gave it.
    model : str
        The version of the tagger.
    language : str or None
        As the article gave it; else as detected, where few words are known and it is sure.
    known : float
        Share, 0 to 1, of the article's tokens that the tagger has seen; 0 for no tokens.
    review : Review or None
        Why an editor should look: the text is in a language that the tagger never learnt from
        (no tag is ``auto`` then), or it has no tag at all.
    tags : tuple of Tag
        Most confident first.
    """

    id: str | None
    model: str
    language: str | None
    known: float
    review: Review | None
    tags: tuple[Tag, ...]
