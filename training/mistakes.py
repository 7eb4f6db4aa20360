"""The mistakes worth reading, with the words that led to them."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.tagger import Tagger
from copytaster.model.types import Tag, Tier
from copytaster.training.corpus import NO, Corpus
from copytaster.training.judged import Judged

#: How many of each kind are reported.
SHOWN = 25
_SNIPPET = 200
#: A batch and a single article may differ in the last bits.
_ROUNDING = 1e-9

Kind = Literal["wrong", "missed"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A term with what it added to the logit of the confidence."""

    term: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Mistake:
    """A tag that an editor refused, or a label that the tagger missed.

    Attributes
    ----------
    kind : {"wrong", "missed"}
    topic : str
    confidence : float
        0 to 1.
    tier : {"auto", "suggest"} or None
        ``None`` for a missed label.
    id, source, line : str, str, int
        The article, and the name of the file and the line that hold it.
    headline, snippet : str
        The snippet is the start of the text, 200 characters at most.
    labels : tuple of str
        The topics that editors put on the article.
    evidence : tuple of Reason
        The eight terms that spoke most strongly for the topic, strongest first.
    """

    kind: Kind
    topic: str
    confidence: float
    tier: Tier | None
    id: str
    source: str
    line: int
    headline: str
    snippet: str
    labels: tuple[str, ...]
    evidence: tuple[Reason, ...]


def mistakes(tagger: Tagger, corpus: Corpus, judged: Judged) -> tuple[Mistake, ...]:
    """Return the 25 most confident wrong tags, then the 25 least confident missed labels."""
    wrong = _ranked(judged.decided & (judged.labels == NO), -judged.confidence)
    missed = _ranked(judged.truth & ~judged.decided, judged.confidence)
    kinds: tuple[tuple[Kind, list[tuple[int, int]]], ...] = (("wrong", wrong), ("missed", missed))
    return tuple(
        _mistake(kind, corpus.articles[row], _tag(tagger, corpus, judged, row, topic))
        for kind, found in kinds
        for row, topic in found
    )


def snippet(text: str) -> str:
    """Return the first 200 characters of *text*, on one line, cut at a word where there is one."""
    line = " ".join(text.split())
    if len(line) <= _SNIPPET:
        return line
    kept, _, _ = line[:_SNIPPET].rpartition(" ")
    return f"{kept or line[: _SNIPPET - 1]}…"


def _ranked(which: NDArray[np.bool_], key: NDArray[np.float64]) -> list[tuple[int, int]]:
    rows, columns = np.nonzero(which)
    first = np.argsort(key[rows, columns], kind="stable")[:SHOWN]
    return list(zip(rows[first].tolist(), columns[first].tolist(), strict=True))


def _tag(tagger: Tagger, corpus: Corpus, judged: Judged, row: int, topic: int) -> Tag:
    # No more topics are explained than it takes to reach this one.
    ahead = int(np.sum(judged.confidence[row] >= judged.confidence[row, topic] - _ROUNDING))
    (tagging,) = tagger.tag(
        [corpus.articles[row].article], explain=True, everything=True, limit=ahead
    )
    slug = corpus.taxonomy.slugs[topic]
    return next(tag for tag in reversed(tagging.tags) if tag.topic == slug)


def _mistake(kind: Kind, item: LabelledArticle, tag: Tag) -> Mistake:
    return Mistake(
        kind=kind,
        topic=tag.topic,
        confidence=tag.confidence,
        tier=tag.tier,
        id=item.id,
        source=PurePath(item.source).name,
        line=item.line,
        headline=item.article.headline,
        snippet=snippet(item.article.text),
        labels=tuple(sorted(item.yes)),
        evidence=tuple(Reason(part.term, part.contribution) for part in tag.evidence),
    )
