"""scikit-learn with the same words, idf and weights as ours: as written, and stacked."""

from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import LabelBinarizer
from sklearn.svm import LinearSVC

from bench.peers.worker import Engine, serve


def vectorizer(folder: Path, **options: Any) -> TfidfVectorizer:
    """Return a fitted vectorizer with our words and idf."""
    terms = (folder / "terms.txt").read_text(encoding="utf-8").split("\n")
    found = TfidfVectorizer(sublinear_tf=True, vocabulary=terms, **options)
    found.idf_ = np.load(folder / "linear.npz")["idf"]
    return found


def pipeline(folder: Path) -> Pipeline:
    """Return the pipeline as people write it, fitted."""
    linear = np.load(folder / "linear.npz")
    coef = np.ascontiguousarray(linear["coef"])
    return make_pipeline(vectorizer(folder), _one_vs_rest(coef, linear["intercept"]))


def make(folder: Path) -> dict[str, Engine]:
    """Return the pipeline as people write it, and one product of stacked coefficients."""
    words, linear = vectorizer(folder), np.load(folder / "linear.npz")
    coef, intercept = np.ascontiguousarray(linear["coef"]), linear["intercept"]
    whole = pipeline(folder)
    stacked = np.ascontiguousarray(coef.T)

    def by_pipeline(texts: list[str]) -> Any:
        return whole.decision_function(texts)

    def by_product(texts: list[str]) -> Any:
        return words.transform(texts) @ stacked + intercept

    return {"pipeline": _engine(by_pipeline), "stacked": _engine(by_product)}


def _engine(score: Any) -> Engine:
    return Engine(
        one=lambda text: score([text]), many=score, scores=lambda texts: score(texts).tolist()
    )


def _one_vs_rest(coef: Any, intercept: Any) -> OneVsRestClassifier:
    found = OneVsRestClassifier(LinearSVC())
    found.estimators_ = [_column(*column) for column in zip(coef, intercept, strict=True)]
    found.label_binarizer_ = LabelBinarizer(sparse_output=True).fit(range(len(coef)))
    found.n_features_in_ = coef.shape[1]
    return found


def _column(weights: Any, intercept: float) -> LinearSVC:
    found = LinearSVC()
    found.classes_ = np.array([0, 1])
    found.coef_, found.intercept_ = weights[np.newaxis], np.array([intercept])
    found.n_features_in_ = len(weights)
    return found


if __name__ == "__main__":
    serve(make)
