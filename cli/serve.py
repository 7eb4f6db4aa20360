"""``copytaster serve``."""

import gc
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copytaster.cli import home

if TYPE_CHECKING:
    from flask import Flask

    from copytaster.service.settings import Settings


@click.command("serve")
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port. [default: 8000]")
@click.option("--workers", type=click.IntRange(1), help="Processes. [default: 2]")
@click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions. [default: models in COPYTASTER_HOME]",
)
@click.option("--no-worker", is_flag=True, help="Leave the jobs to a copytaster work elsewhere.")
@click.option("--insecure", is_flag=True, help="Listen for other machines without any access key.")
def command(
    host: str | None,
    port: int | None,
    workers: int | None,
    models: Path | None,
    *,
    no_worker: bool,
    insecure: bool,
) -> None:
    r"""Serve the champion over HTTP; with no tagger yet, train the default one first.

    Options left out come from COPYTASTER_HOST, COPYTASTER_PORT and so on (docs/settings.md).

    \b
    Examples:
      copytaster serve
      copytaster serve --host 0.0.0.0 --port 80 --workers 4
    """
    gc.disable()  # a start throws next to nothing away; the server collects again
    from copytaster.cli.beside import Beside
    from copytaster.model.registry import Registry
    from copytaster.model.tagger import Tagger
    from copytaster.service.app import create_app
    from copytaster.service.live import Live
    from copytaster.service.metrics import Metrics
    from copytaster.service.recording import recorder
    from copytaster.service.server import WATCH, Server, must_be_closed
    from copytaster.service.watch import Watch

    settings = settings_from(os.environ, host=host, port=port, workers=workers)
    root = models or home.models()
    settings = replace(
        settings,
        database_url=settings.database_url or home.archive(root),
        keys=settings.keys or home.keys(root),
        insecure=insecure or settings.insecure,
    )
    metrics, registry = Metrics(settings.workers), Registry(root, home.model_key())

    def make() -> "Flask":
        must_be_closed(settings)
        folder = home.champion(root)
        if folder is None:
            folder = _train_default(root)
        tagger = Tagger.load(folder, registry.key)
        home.say_if_slow(tagger)
        _say(f"Serving {tagger.version} on http://{settings.host}:{settings.port}")
        live = Live(tagger, metrics, folder.name, recorder(settings, metrics))
        app = create_app(live, settings, registry)
        topics = home.taxonomy_file(root)
        app.extensions[WATCH] = Watch(live, registry, registry.key, topics)
        return app

    server = Server(make, settings)
    with Beside(root) if settings.worker and not no_worker else nullcontext():
        server.run()


def settings_from(
    environ: Mapping[str, str], *, host: str | None, port: int | None, workers: int | None
) -> "Settings":
    """Return the settings of *environ*, but for the options that were given."""
    from copytaster.service.settings import Settings

    given = {"HOST": host, "PORT": port, "WORKERS": workers}
    options = {f"COPYTASTER_{n}": str(value) for n, value in given.items() if value is not None}
    return Settings.from_env({**environ, **options})


def _train_default(root: Path) -> Path:
    """Train the default tagger in another process: this one never imports the training room."""
    _say(f"No tagger in {root} yet: training the default one from the seed articles.")
    command = [sys.executable, "-m", "copytaster.cli.main", "train", "--out", str(root)]
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603  # our own
    folder = home.champion(root)
    if done.returncode or folder is None:
        raise click.ClickException("training the default tagger failed; see above")
    return folder


def _say(line: str) -> None:
    click.echo(line, err=True)
