"""The Flask application: routes over what is live."""

from flask import Flask, Response
from flask_swagger_ui import get_swaggerui_blueprint

from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.service import openapi, problems
from copytaster.service.auth import Guard
from copytaster.service.champions import Champions
from copytaster.service.counted import Counted
from copytaster.service.lane import Lane
from copytaster.service.live import Live
from copytaster.service.metrics import Metrics
from copytaster.service.recording import recorder
from copytaster.service.routes import articles, health, jobs, metrics, models, review, tag, topics
from copytaster.service.settings import Settings
from copytaster.service.single import Single
from copytaster.service.teaching import Teaching

#: Among an application's extensions: what keeps decisions, or ``None``.
RECORDER = "recorder"


def create_app(
    tagger: Tagger | Live, settings: Settings | None = None, registry: Registry | None = None
) -> Flask:
    """Return the application that serves *tagger*, or what is live, whatever that comes to be.

    Parameters
    ----------
    tagger : Tagger or Live
    settings : Settings or None
        ``None`` for the defaults.
    registry : Registry or None
        Where versions are promoted; ``None``: nowhere.
    """
    settings = settings or Settings()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes + 1  # as body.read asks
    live = tagger if isinstance(tagger, Live) else _live(tagger, settings)
    app.extensions[RECORDER] = live.recorder
    tagging = tag.blueprint(live, settings.max_body_bytes)
    teaching = Teaching(settings.database_url, lambda: live.topics)
    app.extensions["teaching"] = teaching
    labelling = articles.blueprint(teaching, settings.max_body_bytes)
    asking = review.blueprint(teaching, lambda: live.now.tagger)
    work = jobs.blueprint(teaching, lambda: live.now.tagger, settings.max_body_bytes)
    versions = models.blueprint(Champions(registry, live), settings.max_body_bytes)
    for routes in (tagging, topics.blueprint(live), labelling, asking, work, versions):
        app.register_blueprint(routes)
        app.register_blueprint(routes, url_prefix="/v1", name=f"v1.{routes.name}".replace(".", "-"))
    app.register_blueprint(health.blueprint(live))
    app.register_blueprint(metrics.blueprint(live))
    app.register_blueprint(
        get_swaggerui_blueprint("/docs", "/openapi.json", {"app_name": "Copytaster"})
    )
    app.add_url_rule(
        "/openapi.json", "openapi", lambda: Response(openapi.text(), mimetype="application/json")
    )
    problems.register(app, settings.max_body_bytes)
    lane = Lane(app, Single(live), settings.max_body_bytes)
    app.wsgi_app = Counted(Guard(lane, settings.keys), live.metrics)  # type: ignore[method-assign]  # Flask's own way
    return app


def _live(tagger: Tagger, settings: Settings) -> Live:
    metrics = Metrics(settings.workers)
    return Live(tagger, metrics, recorder=recorder(settings, metrics))
