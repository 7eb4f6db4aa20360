"""Copytaster, and what no tagger can be faster than."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.peers.worker import Engine, serve
from bench.speed_model import SpeedModel
from copytaster.model.tagger import Tagger
from copytaster.model.text import tokens
from copytaster.model.types import Article


def make(folder: Path) -> dict[str, Engine]:
    """Return scores alone, whole tags, and the floors that this installation has."""
    tagger = Tagger.load(SpeedModel(folder).champion)
    read = tagger.scorer.read
    return {
        "scores": Engine(
            one=lambda article: read([article]),
            many=read,
            given=Article,
            scores=lambda articles: read(articles).scores.tolist(),
        ),
        "tags": Engine(lambda article: tagger.tag([article]), tagger.tag, Article),
        "copy": _each(bytearray, str.encode),
        "lower": _each(str.lower),
        "tokens": _each(tokens),
        **_compiled(tagger),
    }


def _compiled(tagger: Tagger) -> dict[str, Engine]:
    """Return the parts of the compiled pass, where it is there."""
    try:
        from copytaster.model import _scorer  # type: ignore[attr-defined, unused-ignore]  # optional
    except ImportError:
        return {}
    found = {}
    if hasattr(_scorer, "count_tokens"):
        count = _scorer.count_tokens
        found["tokenise"] = Engine(lambda text: count([text]), count)
    compiled = getattr(tagger.scorer, "compiled", tagger.scorer)
    look_up = getattr(compiled, "look_up", None)
    if look_up is not None:
        found["look up"] = Engine(
            lambda text: look_up([""], [text]), lambda texts: look_up([""] * len(texts), texts)
        )
    return found


def _each(work: Callable[[Any], object], given: Callable[[str], Any] = str) -> Engine:
    return Engine(work, lambda texts: [work(text) for text in texts], given)


if __name__ == "__main__":
    serve(make)
