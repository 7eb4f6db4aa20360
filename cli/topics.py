"""``copytaster topics``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from copytaster.cli import home, person
from copytaster.cli.screen import ERR, OUT, table

if TYPE_CHECKING:
    from copytaster.model.manifest import Manifest
    from copytaster.model.taxonomy import Taxonomy
    from copytaster.training.successor import Successor

#: So many of the words that are new to the tagger are shown.
_SHOWN = 12
_models = click.option(
    "--models",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of trained versions, beside which taxonomy.json is. [default: in COPYTASTER_HOME]",
)
_promote = click.option(
    "--promote/--no-promote", default=True, help="Whether the new version serves from now on."
)
_texts = click.option(
    "--texts",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Articles such as come in, for their text alone, that a new topic is told from; may be "
    "given again. [default: the archive's and, where these are few, the seeds']",
)


@click.group("topics")
def command() -> None:
    r"""Add, rename, split, merge and retire topics; old slugs keep their meaning.

    The topics are those of taxonomy.json beside the models. Each command writes it and makes a
    new version of the tagger that follows at once, without training, as far as that can be; all
    other topics' tags stay as they are.

    \b
    Examples:
      copytaster topics list
      copytaster topics add pandemic --name Pandemic --term Covid-19 --term lockdown \
          --definition "In: the spread of a disease over the world. Out: other diseases."
      copytaster topics rename transport mobility --name Mobility
      copytaster topics split sport football other-sport
      copytaster topics merge rail roads transport
      copytaster topics retire brexit
      copytaster topics apply
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="As the JSON of taxonomy.json.")
@_models
def list_(models: Path | None, *, as_json: bool) -> None:
    """List the topics, what the tagger knows of each, and what old slugs mean."""
    from copytaster.model import edits

    root = models or home.models()
    found = home.taxonomy(root)
    if as_json:
        click.echo(json.dumps(edits.document(found), ensure_ascii=False, indent=1))
        return
    serving = _serving(root)
    rows = [
        (one.slug, one.name, one.parent or "-", len(one.terms), _known(serving, one.slug))
        for one in found
    ]
    columns = ("topic", "name", "parent", "terms", "the tagger")
    OUT.print(table(f"Topics of {found.source}", columns, rows, words=True))
    old = [(slug, " ".join(found.redirects.ends(slug)) or "-") for slug in found.redirects]
    if old:
        OUT.print(table("Old slugs", ("slug", "means now"), old, words=True))


@command.command("add")
@click.argument("slug")
@click.option("--name", help="What an editor reads. [default: the slug]")
@click.option("--definition", default="", help='What is in and what is out: "In: … Out: …".')
@click.option("--term", "terms", multiple=True, help="A signature term; may be given again.")
@click.option("--parent", help="Slug of the broader topic.")
@click.option("--uri", help="The IPTC Media Topic that means exactly the same.")
@_texts
@_promote
@_models
def add(  # noqa: PLR0913, PLR0917  # one argument an option
    slug: str,
    name: str | None,
    definition: str,
    terms: tuple[str, ...],
    parent: str | None,
    uri: str | None,
    texts: tuple[Path, ...],
    models: Path | None,
    *,
    promote: bool,
) -> None:
    r"""Add a topic, which is suggested at once by its signature terms and definition.

    It is never auto before it was trained on labels. Every word of a term counts; ten terms or
    more work well, and a definition helps.

    \b
    Example:
      copytaster topics add pandemic --name Pandemic --term Covid-19 --term coronavirus \
          --term lockdown --definition "In: cases, tests, lockdowns, vaccines. Out: other diseases."
    """
    from copytaster.model import edits
    from copytaster.model.taxonomy import Topic

    if not terms and not definition.strip():
        raise click.UsageError(
            "Give at least one --term, or a --definition: without them, and without a label, "
            "nothing tells what the topic is about."
        )
    topic = Topic(slug, name or slug, definition, uri, parent, terms)
    _change(lambda now: edits.add(now, topic), models, texts, promote=promote)


@command.command("rename")
@click.argument("old")
@click.argument("new")
@click.option("--name", help="What an editor reads from now on. [default: as before]")
@_promote
@_models
def rename(old: str, new: str, name: str | None, models: Path | None, *, promote: bool) -> None:
    """Change the slug OLD of a topic to NEW; give it twice to change the --name alone."""
    from copytaster.model import edits

    _change(lambda now: edits.rename(now, old, new, name), models, (), promote=promote)


@command.command("split")
@click.argument("slug")
@click.argument("parts", nargs=-1, required=True)
@_texts
@_promote
@_models
def split(
    slug: str,
    parts: tuple[str, ...],
    texts: tuple[Path, ...],
    models: Path | None,
    *,
    promote: bool,
) -> None:
    """Give up the topic SLUG for its PARTS, topics that are there already (add them first).

    Of an old yes nothing is known of the parts from now on; an old no is a no to each of them.
    """
    from copytaster.model import edits

    _change(lambda now: edits.split(now, slug, parts), models, texts, promote=promote)


@command.command("merge")
@click.argument("merged", nargs=-1, required=True)
@click.argument("into")
@_promote
@_models
def merge(merged: tuple[str, ...], into: str, models: Path | None, *, promote: bool) -> None:
    """Take the topics MERGED into the topic INTO, from the next training on.

    An old yes to one of them is a yes to INTO. Until then the tagger goes on with both.
    """
    from copytaster.model import edits

    _change(lambda now: edits.merge(now, merged, into), models, (), promote=promote)


@command.command("retire")
@click.argument("slugs", metavar="SLUG...", nargs=-1, required=True)
@_promote
@_models
def retire(slugs: tuple[str, ...], models: Path | None, *, promote: bool) -> None:
    """Give up topics: they are tagged no more, and labels that name them mean nothing."""
    from copytaster.model import edits

    _change(lambda now: edits.retire(now, slugs), models, (), promote=promote)


@command.command("apply")
@_texts
@_promote
@_models
def apply(texts: tuple[Path, ...], models: Path | None, *, promote: bool) -> None:
    """Have the tagger follow taxonomy.json after it was edited by hand."""
    _change(lambda now: now, models, texts, promote=promote)


def _change(
    edit: "Callable[[Taxonomy], Taxonomy]",
    models: Path | None,
    texts: tuple[Path, ...],
    *,
    promote: bool,
) -> None:
    """Edit the taxonomy, one command at a time: what another has written by then is kept."""
    from copytaster.model import files

    root = models or home.models()
    lock = home.taxonomy_lock(root)
    lock.parent.mkdir(parents=True, exist_ok=True)
    with files.locked(lock):
        _changed(edit, root, texts, promote=promote)


def _changed(
    edit: "Callable[[Taxonomy], Taxonomy]", root: Path, texts: tuple[Path, ...], *, promote: bool
) -> None:
    """Save a version that follows, then write the file, and then promote the version.

    So whatever is refused on the way leaves everything as it was.
    """
    from copytaster.model import edits
    from copytaster.model.registry import Registry

    wanted = edit(home.taxonomy(root))
    edits.must_be_readable(wanted)
    registry = Registry(root, home.model_key())
    version = registry.champion()
    if version is None:
        edits.write(wanted, home.taxonomy_file(root))
        OUT.print(f"Wrote {home.taxonomy_file(root)}; there is no tagger yet to follow it.")
        return
    from copytaster.cli import background
    from copytaster.training import successor

    def beside() -> "list[Any]":
        return background.articles(root, texts)

    found = successor.follow(version, wanted, beside, registry, home.model_key())
    edits.write(wanted, home.taxonomy_file(root))
    OUT.print(f"Wrote {home.taxonomy_file(root)}.")
    if found.version is not None and promote and registry.champion() != version:
        raise click.ClickException(
            f"another version became the champion meanwhile; {found.version} is not promoted. "
            "Run copytaster topics apply, and the new champion follows."
        )
    if found.version is not None and promote:
        registry.promote(found.version, by=person.login(), why="topics changed", after=version)
    _say(found, promoted=promote)


def _say(found: "Successor", *, promoted: bool) -> None:
    if found.version is not None:
        state = "is the champion now" if promoted else "follows it and is not promoted"
        OUT.print(f"Version {found.version} {state}; no other topic's tags changed.")
    for slug, one in found.added.items():
        OUT.print(f"{slug}: suggested for {one.share:.1%} of such texts; labels will sharpen it.")
        if one.words:
            more = "" if len(one.words) <= _SHOWN else f" and {len(one.words) - _SHOWN} more"
            OUT.print(f"  new to the tagger: {', '.join(one.words[:_SHOWN])}{more}")
    for line in found.waiting:
        ERR.print(f"Waits for the next training (copytaster retrain): {line}.")


def _serving(root: Path) -> "Manifest | None":
    from copytaster.model.manifest import NAME, Manifest

    folder = home.champion(root)
    return None if folder is None else Manifest.load(folder / NAME, home.model_key())


def _known(serving: "Manifest | None", slug: str) -> str:
    """Return what the tagger that serves knows of a topic, in words."""
    if serving is None or slug not in serving.taxonomy.slugs:
        return "does not have it yet"
    known = serving.metrics["topics"][slug]
    if not known["articles"]:
        topic = serving.taxonomy.topics[serving.taxonomy.slugs.index(slug)]
        begun = topic.terms or topic.definition.strip()
        return "suggests it by terms and definition" if begun else "never suggests it: no label yet"
    auto = known["auto"]["proven"] is not None
    return f"{known['articles']:,} articles, F1 {known['f1']:.2f}{', auto' if auto else ''}"
