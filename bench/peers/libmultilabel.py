"""LibMultiLabel's linear path, with the same words, idf and weights as ours."""

from pathlib import Path
from typing import Any

import numpy as np
from libmultilabel import linear

from bench.peers.scikit import vectorizer
from bench.peers.worker import Engine, serve


def make(folder: Path) -> dict[str, Engine]:
    """Return a flat one-vs-rest model."""
    found = np.load(folder / "linear.npz")
    stacked = np.vstack([found["coef"].T, found["intercept"]])
    weights = np.asfortranarray(stacked)  # as its trainer leaves them
    model = linear.linear.FlatModel("1vsrest", np.asmatrix(weights), 1.0, 0, multiclass=False)
    preprocessor = linear.Preprocessor()
    preprocessor.vectorizer = vectorizer(folder)

    def values(texts: list[str]) -> Any:
        return linear.predict_values(model, preprocessor.vectorizer.transform(texts))

    return {
        "": Engine(lambda text: values([text]), values, scores=lambda t: values(t).tolist()),
    }


if __name__ == "__main__":
    serve(make)
