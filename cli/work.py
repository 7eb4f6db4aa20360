"""``copytaster work``."""

import os
import signal
import threading
from pathlib import Path

import click

from copytaster.cli import home


@click.command("work")
@click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions. [default: models in COPYTASTER_HOME]",
)
@click.option("--beside", type=int, hidden=True, help="End with this process, our parent.")
def command(models: Path | None, beside: int | None) -> None:
    r"""Do the jobs that wait in the archive, one at a time, until told to end.

    copytaster serve runs this beside it, unless COPYTASTER_WORKER is 0. Any number of them may
    share an archive: each job is done once. With COPYTASTER_RETRAIN_AFTER=200 it asks for a
    retraining itself whenever 200 labels have changed. Once an hour it drops from the archive what
    COPYTASTER_KEEP_DECISIONS and COPYTASTER_KEEP_TEXTS keep for so many days only.

    \b
    Examples:
      copytaster work
      COPYTASTER_RETRAIN_AFTER=200 copytaster work
    """
    from copytaster.cli.worker import Keep, Worker
    from copytaster.service.settings import Settings

    end = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: end.set())
    root = models or home.models()
    settings = Settings.from_env(os.environ)
    keep = Keep(settings.keep_decisions, settings.keep_texts)
    worker = Worker(home.archive(root), root, settings.retrain_after, keep)
    while not end.wait(worker.pause):
        if beside is not None and os.getppid() != beside:
            break
        worker.turn()
    worker.close()
