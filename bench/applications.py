"""The applications that measurements of serving compare, as any WSGI server can load them.

``BENCH_APP`` names one: ``echo`` sends parsed JSON back; ``tag`` is Copytaster itself over the
registry in ``BENCH_MODELS``, ``kept`` the same with what it serves kept, and ``unscored`` the same
without the work of scoring; ``plain`` is a Flask service as people write it around the scikit-learn
pipeline in ``BENCH_MODELS``.
"""

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
from flask import Flask, Response, jsonify, request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from copytaster.model.tagger import Tagger

PIPELINE = "pipeline.joblib"


def echo() -> Flask:
    """Return an application that parses JSON and sends it back."""
    app = Flask("echo", static_folder=None)

    @app.post("/tag")
    def tag() -> Response:
        return jsonify(request.get_json())

    return app


def tag() -> Flask:
    """Return Copytaster over the champion of a registry, with everything on."""
    from copytaster.service.app import create_app

    return create_app(_tagger())


def kept() -> Flask:
    """Return the same with what it serves kept, in SQLite beside the registry."""
    from copytaster.service.app import create_app
    from copytaster.service.settings import Settings

    url = f"sqlite:///{Path(os.environ['BENCH_MODELS']).absolute() / 'archive.db'}"
    return create_app(_tagger(), Settings(workers=1, database_url=url, keep_decisions=30))


def unscored() -> Flask:
    """Return Copytaster with a scorer that says the same of every article, at once."""
    from copytaster.model.scorer import Scores
    from copytaster.model.types import Article
    from copytaster.service.app import create_app

    tagger = _tagger()
    always = tagger.scorer.read([Article("The trade minister of Taiwan flew to Beijing.")])

    def same(*_: object, **__: object) -> Scores:
        return always

    tagger.scorer.read = same  # type: ignore[method-assign]  # what is left is the cost around it
    return create_app(tagger)


def plain() -> Flask:
    """Return a service over a pipeline of TfidfVectorizer and OneVsRestClassifier."""
    app = Flask("plain", static_folder=None)
    pipeline, topics = joblib.load(_folder() / PIPELINE)

    @app.post("/tag")
    def tag() -> Response:
        article = request.get_json()
        (scores,) = pipeline.decision_function([f"{article['headline']}\n{article['text']}"])
        found = sorted(zip(scores.tolist(), topics, strict=True), reverse=True)
        tags = [{"topic": topic, "score": score} for score, topic in found if score > 0]
        return jsonify({"tags": tags})

    return app


def article_body() -> bytes:
    """Return a Wikinews article of 2.3 kB, as a CMS sends it."""
    from bench import speed_model

    headline, _, text = speed_model.get().articles[0].partition("\n")
    sent = {"id": "a1", "headline": headline, "text": text, "language": "en"}
    return json.dumps(sent).encode()


def save_models(folder: Path) -> None:
    """Put the speed model, and scikit-learn's pipeline with its weights, into *folder*."""
    from bench import speed_model
    from bench.peers import scikit

    made = speed_model.get()
    shutil.copytree(made.models, folder, dirs_exist_ok=True)
    topics = [speed_model.slug(topic) for topic in range(speed_model.TOPICS)]
    joblib.dump((scikit.pipeline(made.folder), topics), folder / PIPELINE)


def _tagger() -> "Tagger":
    from copytaster.model.registry import Registry
    from copytaster.model.tagger import Tagger

    registry = Registry(_folder())
    return Tagger.load(registry.folder(registry.champion() or ""))


def _folder() -> Path:
    return Path(os.environ["BENCH_MODELS"])


#: By the names that ``BENCH_APP`` takes.
APPLICATIONS = {"echo": echo, "tag": tag, "kept": kept, "unscored": unscored, "plain": plain}


def __getattr__(name: str) -> "WSGIApplication":
    if name != "application":
        raise AttributeError(name)
    made: WSGIApplication = APPLICATIONS[os.environ["BENCH_APP"]]()
    globals()[name] = made
    return made
