"""The ``copytaster`` command; each subcommand imports its room only when it runs."""

import importlib
import os
import sys
from collections.abc import Sequence

import click

from copytaster.model.errors import CopytasterError

_COMMANDS = {
    "train": "Train a tagger from labelled articles.",
    "evaluate": "Judge a tagger by labelled articles.",
    "trial": "Train on the past and judge on what came after.",
    "retrain": "Train from the archive, and promote what passes the gate.",
    "work": "Do the jobs that wait in the archive.",
    "gate": "Judge whether one tagger may take another's place.",
    "tag": "Tag articles from files or standard input.",
    "models": "List, compare, promote, roll back and prune trained versions.",
    "serve": "Serve the tagger over HTTP.",
    "audit": "List the labels that look wrong or missing.",
    "topics": "Add, rename, split, merge and retire topics.",
    "keys": "Make, list and revoke the keys that clients need.",
    "archive": "Put labelled articles into the archive, take them out, count them.",
    "seeds": "Check the articles that make the default tagger.",
}


#: Our matrices are small: BLAS threads would wait for each other longer than they calculate.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class _Lazy(click.Group):
    """Finds a command in ``copytaster.cli.<name>``, so that ``--help`` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        found = importlib.import_module(f"copytaster.cli.{cmd_name}").command
        return _unwrapped(found) if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _unwrapped(command: click.Command) -> click.Command:
    r"""Have click keep the lines of examples, which begin with \b in our raw docstrings."""
    command.help = (command.help or "").replace("\\b\n", "\b\n")
    for child in command.commands.values() if isinstance(command, click.Group) else ():
        _unwrapped(child)
    return command


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="copytaster")
def cli() -> None:
    r"""Tag newsroom articles with topics: calibrated, explained, offline, fast.

    \b
    Examples:
      copytaster serve                        serve the default tagger on 127.0.0.1:8000
      copytaster tag story.txt                tag a story from the shell
      copytaster train --data archive.jsonl   train on your own labelled articles
    """


def one_blas_thread() -> None:
    """Have BLAS use one thread, unless the environment says otherwise; before numpy's import."""
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error of ours is one line on standard error and exit status 1."""
    _unwrapped(cli)
    one_blas_thread()
    try:
        cli.main(args=arguments, prog_name="copytaster")
    except (CopytasterError, OSError) as error:
        click.echo(f"copytaster: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
