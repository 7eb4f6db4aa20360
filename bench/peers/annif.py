"""Annif's linear path: its ``svc`` backend with our words, idf and weights put in."""

from itertools import islice
from pathlib import Path
from typing import Any

import nltk
import numpy as np
from nltk.tokenize.punkt import PunktTrainer, save_punkt_params

from bench.peers.scikit import vectorizer
from bench.peers.training import articles
from bench.peers.worker import Engine, serve

_PROJECT = """[svc]
name=svc
language=en
backend=svc
analyzer=simple
vocab=topics
limit=95
"""
#: What Annif itself learns from, before our weights are put in.
_LEARNT = 2000


def make(folder: Path) -> dict[str, Engine]:
    """Return an Annif project, asked for suggestions."""
    home = folder / "annif"
    home.mkdir(exist_ok=True)
    nltk.data.path.insert(0, str(home / "nltk"))
    learnt = list(islice(articles(folder), _LEARNT))
    _sentences(home / "nltk" / "tokenizers" / "punkt_tab", [text for text, _ in learnt[:200]])
    project, document = _project(home, learnt)
    backend = project.backend
    linear = np.load(folder / "linear.npz")
    backend.vectorizer = vectorizer(
        folder, tokenizer=project.analyzer.tokenize_words, token_pattern=None
    )
    fitted = backend._model  # noqa: SLF001  # there is no other way in
    fitted.classes_ = np.arange(len(linear["coef"]))
    fitted.coef_ = np.asfortranarray(linear["coef"])  # as liblinear leaves them
    fitted.intercept_ = linear["intercept"]
    fitted.n_features_in_ = linear["coef"].shape[1]
    return {"": Engine(lambda text: project.suggest([text]), project.suggest, document)}


def _sentences(folder: Path, texts: list[str]) -> None:
    """Learn where sentences end, which NLTK would download."""
    (folder / "english").mkdir(parents=True, exist_ok=True)
    trainer = PunktTrainer("\n".join(texts))
    save_punkt_params(trainer.get_params(), str(folder / "english"))


def _project(home: Path, learnt: list[tuple[str, int]]) -> tuple[Any, Any]:
    """Return a trained project, and what makes a document of a text."""
    from annif.corpus import Document, DocumentList, SubjectSet
    from annif.registry import AnnifRegistry
    from annif.vocab import VocabFileCSV

    config, words = home / "projects.cfg", home / "topics.csv"
    config.write_text(_PROJECT, encoding="utf-8")
    lines = [f"http://example.org/{topic},topic {topic}" for topic in range(95)]
    words.write_text("\n".join(["uri,label_en", *lines]), encoding="utf-8")
    registry = AnnifRegistry(str(config), str(home / "data"), init_projects=False)
    project = registry.get_projects()["svc"]
    project.vocab.load_vocabulary(VocabFileCSV(str(words)))
    documents = [Document(text, SubjectSet([topic])) for text, topic in learnt]
    project.train(DocumentList(documents))
    return project, Document


if __name__ == "__main__":
    serve(make)
