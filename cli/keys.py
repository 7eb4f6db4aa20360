"""``copytaster keys``."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from copytaster.cli import home
from copytaster.cli.screen import ERR, OUT, table

if TYPE_CHECKING:
    from copytaster.service.keys import KeyFile, Scope

_models = click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions, beside which the keys are. [default: in COPYTASTER_HOME]",
)


@click.group("keys")
def command() -> None:
    r"""Make, list and revoke the keys that clients of the service need.

    Without any key the service answers everybody, and listens on this machine alone. From the
    first key on, each request needs one, as the header Authorization: Bearer KEY. The service
    takes notice within two seconds.

    \b
    Scopes:
      tag    POST /tag, GET /topics
      label  /articles and labels, GET /review
      train  POST /retrain, GET /jobs
      admin  whatever no other scope opens; no route yet

    \b
    Examples:
      copytaster keys create cms --scope tag --scope label
      copytaster keys list
      copytaster keys revoke 3f9a0c1e
    """


@command.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(["tag", "label", "train", "admin"]),
    help="What it may do; may be given again.",
)
@_models
def create(name: str, scopes: tuple[str, ...], models: Path | None) -> None:
    """Make a key for NAME, and print it: it is shown this once."""
    key, token = _file(models).create(name, cast("tuple[Scope, ...]", scopes))
    ERR.print(f"Key {key.id} for {name}: {', '.join(key.scopes)}. Keep it; it is not shown again.")
    click.echo(token)


@command.command("list")
@_models
def list_(models: Path | None) -> None:
    """List all keys, without their secrets."""
    rows = [
        (key.id, key.name, " ".join(key.scopes), key.created, key.revoked or "-")
        for key in _file(models).read()
    ]
    if not rows:
        click.echo("There are no keys: the service answers everybody, on this machine alone.")
        return
    OUT.print(table("Keys", ("id", "name", "scopes", "created", "revoked"), rows, words=True))


@command.command("revoke")
@click.argument("identifier", metavar="ID")
@_models
def revoke(identifier: str, models: Path | None) -> None:
    """Revoke the key ID for good."""
    key = _file(models).revoke(identifier)
    click.echo(f"Revoked {key.id} ({key.name}); the service refuses it within two seconds.")


def _file(models: Path | None) -> "KeyFile":
    from copytaster.service.keys import KeyFile

    return KeyFile(home.keys(models or home.models()))
