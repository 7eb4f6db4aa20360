"""Articles in, replies out: the one way for a single article, for a stream and for the shell."""

import importlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from pydantic_core import to_json

from copytaster.model.tagger import Tagger
from copytaster.service import replies, tally
from copytaster.service.schemas import ArticleRequest, TagQuery

_compiled: Any
try:
    _compiled = importlib.import_module("copytaster.service._replies")
except ImportError:  # installed where no compiler was
    _compiled = None


def available() -> bool:
    """Return whether the compiled writer is installed."""
    return _compiled is not None


@dataclass(frozen=True, slots=True)
class Replies:
    """Replies to some articles.

    Attributes
    ----------
    every : list of bytes
        Each is JSON, in the order of the articles.
    counted : iterable of int
        What they count for, as :mod:`copytaster.service.tally` says.
    """

    every: list[bytes]
    counted: Iterable[int]


class Replier:
    """Tags articles and writes what came of it; safe to share between threads.

    :meth:`plain` is the oracle of the compiled writer, takes its place where no compiler was, and
    is the only one to explain.

    Parameters
    ----------
    tagger : Tagger
    """

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger
        self._place_of = {key: at for at, key in enumerate(tally.counters(tagger.taxonomy))}
        self._is_foreign = lru_cache(1024)(tagger.reviewer.is_foreign)
        self._writer: Any = _writer(tagger) if available() else None

    def reply(self, sent: Sequence[ArticleRequest], query: TagQuery) -> Replies:
        """Return the replies to *sent*, each by itself, as *query* asks."""
        if self._writer is None or query.explain:
            return self.plain(sent, query)
        found = self._tagger.scorer.read(sent)
        language = self._tagger.reviewer.language
        shares = found.known.tolist()
        languages = [language(item, known) for item, known in zip(sent, shares, strict=True)]
        every, counted = self._writer.write(
            [item.id for item in sent],
            languages,
            bytes(map(self._is_foreign, languages)),
            found.scores,
            found.known,
            query.all,
            query.limit or sys.maxsize,
        )
        return Replies(every, memoryview(counted).cast("i"))

    def plain(self, sent: Sequence[ArticleRequest], query: TagQuery) -> Replies:
        """Return the replies to *sent*, made in Python."""
        found = self._tagger.tag(
            [item.article() for item in sent],
            explain=query.explain,
            everything=query.all,
            limit=query.limit,
        )
        every = [
            replies.tagging(tagging, item.id, explain=query.explain)
            for tagging, item in zip(found, sent, strict=True)
        ]
        return Replies(every, list(tally.places(found, self._place_of)))


def _writer(tagger: Tagger) -> Any:  # noqa: ANN401  # a compiled class
    knots, logits = tagger.calibration.scores, tagger.calibration.logits
    topics = [
        to_json({"topic": topic.slug, "name": topic.name, "uri": topic.uri})[:-1]
        + b',"confidence":'
        for topic in tagger.taxonomy
    ]
    arrays = (
        tagger.tiers.suggest,
        tagger.tiers.auto,
        knots,
        logits,
        np.diff(logits) / np.diff(knots),
    )
    return _compiled.Writer(
        to_json(tagger.version),
        topics,
        *(np.ascontiguousarray(array, dtype=np.float64) for array in arrays),
        tagger.reviewer.familiar_from,
        to_json,
    )
