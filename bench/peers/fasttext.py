"""fastText: one-vs-all over the same articles, 100 dimensions, its defaults otherwise."""

import re
from pathlib import Path
from typing import Any

import fasttext

from bench.peers.training import articles
from bench.peers.worker import Engine, serve


def plain(text: str) -> str:
    """Return *text* as fastText's guide prepares it: lower case, words apart, one line."""
    return re.sub(r"\W+", " ", text.lower()).strip()


def make(folder: Path) -> dict[str, Engine]:
    """Return a model asked for all topics, and for those above one half."""
    path = folder / "fasttext.bin"
    if not path.exists():
        lines = folder / "fasttext.txt"
        with lines.open("w", encoding="utf-8") as handle:
            for text, topic in articles(folder):
                handle.write(f"__label__{topic} {plain(text)}\n")
        fitted = fasttext.train_supervised(
            str(lines), loss="ova", lr=0.5, epoch=3, thread=1, verbose=0
        )
        fitted.save_model(str(path))
        lines.unlink()
    model = fasttext.load_model(str(path))
    return {"all": _engine(model, 0.0), "above one half": _engine(model, 0.5)}


def _engine(model: Any, threshold: float) -> Engine:
    def predict(text: str | list[str]) -> object:
        return model.predict(text, k=-1, threshold=threshold)

    return Engine(predict, predict, plain)


if __name__ == "__main__":
    serve(make)
