"""A worker: holds engines in a process of its own and times them when it is told to."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: A peer that is slower than this many seconds of CPU a round tags fewer articles, never below 50.
ENOUGH, _STRIDE = 2.0, 50
#: Seconds of CPU that a fast one is timed for, as often as that takes.
LEAST = 0.2


@dataclass(frozen=True)
class Engine:
    """One way to tag.

    Attributes
    ----------
    one : callable
        Tags one text.
    many : callable
        Tags a list of texts.
    given : callable
        Makes of a plain text what the other two take; not timed.
    scores : callable or None
        Returns the scores, n_topics floats a text, of a list of texts.
    """

    one: Callable[[Any], object]
    many: Callable[[list[Any]], object]
    given: Callable[[str], Any] = str
    scores: Callable[[list[Any]], list[list[float]]] | None = None


def serve(make: Callable[[Path], Mapping[str, Engine]]) -> None:
    """Make the engines over the folder named on the command line, and answer requests.

    A request is a line of JSON on standard input, ``{"engine": …, "do": "one" | "many" |
    "scores"}``; the reply is one on standard output: microseconds of CPU a text, or scores. What is
    timed is done once before, so that each finds in the processor's caches what it left there
    itself, and not what an engine of another process did.
    """
    folder = Path(sys.argv[1])
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no reply

    def reply(found: object) -> None:
        replies.write(json.dumps(found) + "\n")
        replies.flush()

    texts = json.loads((folder / "articles.json").read_text(encoding="utf-8"))
    engines = make(folder)
    given = {name: [engine.given(text) for text in texts] for name, engine in engines.items()}
    reply(list(engines))
    for line in sys.stdin:
        request = json.loads(line)
        engine, articles = engines[request["engine"]], given[request["engine"]]
        if request["do"] == "scores":
            reply(engine.scores(articles) if engine.scores else None)
        else:
            timed = _many if request["do"] == "many" else _one
            timed(engine, articles)
            reply(1e6 * timed(engine, articles))


def _many(engine: Engine, articles: list[Any]) -> float:
    """Return the seconds of CPU an article, of all threads, of tagging *articles* in one call."""
    start, calls = time.process_time(), 0
    while time.process_time() - start < LEAST:
        engine.many(articles)
        calls += 1
    return (time.process_time() - start) / (calls * len(articles))


def _one(engine: Engine, articles: list[Any]) -> float:
    """Return the same of tagging one after another, as many as :data:`ENOUGH` seconds allow."""
    one, start, done = engine.one, time.process_time(), 0
    while time.process_time() - start < LEAST:
        for first in range(0, len(articles), _STRIDE):
            part = articles[first : first + _STRIDE]
            for article in part:
                one(article)
            done += len(part)
            if time.process_time() - start > ENOUGH:
                break
    return (time.process_time() - start) / done
