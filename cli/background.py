"""Articles such as come in, for their text alone: what a new topic is told from."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from copytaster.archive.archive import Archive
from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.store import Store
from copytaster.cli import home
from copytaster.cli.screen import ERR
from copytaster.model.types import Article
from copytaster.training import corpus, unlabelled

#: At most so many are held; more are thinned out evenly.
_MOST = 40_000
#: With fewer the seeds' articles come besides.
_FEW = 500


def articles(
    root: Path, paths: Sequence[Path], environ: Mapping[str, str] = os.environ
) -> list[Article]:
    """Return the articles of *paths* or, without any, of the archive and, if few, the seeds.

    Raises
    ------
    CorpusError
        If a path cannot be read.
    ArchiveDownError
        If the archive's database fails.
    """
    if paths:
        found, problems = unlabelled.load(paths)
        for one in problems[:1]:
            ERR.print(f"{len(problems)} lines left out; {one.source}:{one.line}: {one.detail}")
        return list(found)
    own = _archived(root, environ)
    return own if len(own) >= _FEW else own + _seeds()


def _archived(root: Path, environ: Mapping[str, str]) -> list[Article]:
    url = home.archive(root, environ)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return []  # asking is no reason to make one
    archive = Archive(url)
    try:
        with archive.reading() as connection:
            return thinned((item.article for item in Store(connection).each()), _MOST)
    finally:
        archive.database.engine.dispose()


def _seeds() -> list[Article]:
    from copytaster import seeds

    loaded: tuple[LabelledArticle, ...] = corpus.load([seeds.ARTICLES])[0].articles
    return [item.article for item in loaded]


def thinned(found: Iterable[Article], most: int) -> list[Article]:
    """Return at most so many of *found*, evenly spaced, holding no more than these."""
    kept: list[Article] = []
    step = 1
    for at, one in enumerate(found):
        if at % step:
            continue
        if len(kept) == most:
            kept, step = kept[::2], 2 * step
            if at % step:
                continue
        kept.append(one)
    return kept
