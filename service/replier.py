"""Articles in, replies out: the one way for a single article, for a stream and for the shell."""

import importlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from pydantic_core import to_json

from copytaster.model.packed import Packed
from copytaster.model.tagger import Tagger
from copytaster.model.types import Story
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
        if not self.is_fast(query):
            return self.plain(sent, query)
        languages = [item.language for item in sent]
        return self._write(sent, [item.id for item in sent], languages, query)

    def is_fast(self, query: TagQuery) -> bool:
        """Return whether the compiled writer can do what *query* asks."""
        return self._writer is not None and not query.explain

    def reply_packed(
        self, sent: Packed, ids: Sequence[str | int | None], query: TagQuery
    ) -> Replies:
        """Return the replies to *sent*, as :meth:`reply` would; *query* must be a fast one."""
        return self._write(sent, list(ids), list(sent.languages), query)

    def _write(
        self,
        sent: Sequence[Story],
        ids: list[str | int | None],
        languages: list[str | None],
        query: TagQuery,
    ) -> Replies:
        found, reviewer = self._tagger.scorer.read(sent), self._tagger.reviewer
        for at in reviewer.doubtful(found.known):
            languages[at] = reviewer.language(sent[at], float(found.known[at]))
        every, counted = self._writer.write(
            ids,
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
