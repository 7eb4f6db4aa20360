"""Vowpal Wabbit: ``--multilabel_oaa`` over the same articles, one pass."""

from pathlib import Path
from typing import Any

from vowpalwabbit import Workspace

from bench.peers.training import articles
from bench.peers.worker import Engine, serve

_TOPICS = 95


def plain(text: str) -> str:
    """Return *text* without what VW's own format means something by."""
    return "| " + text.lower().translate(str.maketrans(":|\n", "   "))


def make(folder: Path) -> dict[str, Engine]:
    """Return the model, asked for the topics of a text."""
    path = folder / "vowpal.model"
    if not path.exists():
        learner = Workspace(f"--multilabel_oaa {_TOPICS} -b 18 --quiet -f {path}")
        for text, topic in articles(folder):
            learner.learn(f"{topic} {plain(text)}")
        learner.finish()
    model = Workspace(f"-i {path} -t --quiet")

    def many(texts: list[str]) -> list[Any]:
        return [model.predict(text) for text in texts]

    return {"": Engine(model.predict, many, plain)}


if __name__ == "__main__":
    serve(make)
