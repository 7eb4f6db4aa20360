"""A folder of labelled articles: which of its files are read, and in which form."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from copytaster.archive.formats import annif_text, files, topic_folders
from copytaster.archive.formats.paths import UNREADABLE, source_of, suffix, unreadable
from copytaster.archive.formats.record import Record
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.model.errors import CorpusError

#: Forms that only a folder can have.
TOPICS, FULL_TEXTS = "topic-folders", "annif-folder"


def read(root: Path, form: str | None, record: type[Record]) -> Iterator[LabelledArticle | Problem]:
    """Yield the articles and problems of the files below *root*, in the order of their names.

    Raises
    ------
    CorpusError
        If none of them is in the form.
    """
    found = sorted(path for path in root.rglob("*") if _is_visible(path, root))
    texts = [path for path in found if suffix(path) == ".txt"]
    data = [
        path
        for path in found
        if suffix(path) in files.SUFFIXES and not annif_text.is_beside_text(path)
    ]
    if form == TOPICS:
        yield from topic_folders.read(root, _some(root, texts, (".txt",)), record)
    elif form == FULL_TEXTS:
        documents = [path for path in data if suffix(path) == ".json"]
        yield from _each(_some(root, texts + documents, (".txt", ".json")), form, record)
    elif form is not None:
        suffixes = files.FORMS[form].suffixes
        wanted = [path for path in data if suffix(path) in suffixes]
        yield from _each(_some(root, wanted, suffixes), form, record)
    else:
        yield from _guessed(root, data, texts, record)


def _is_visible(path: Path, root: Path) -> bool:
    # Editors and file managers leave hidden files beside each that they open.
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return not hidden and path.is_file()


def _some(root: Path, found: Sequence[Path], suffixes: Sequence[str]) -> Sequence[Path]:
    if not found:
        raise CorpusError(f"{source_of(root)}: no {', '.join(suffixes)} file in this folder")
    return found


def _guessed(
    root: Path, data: Sequence[Path], texts: Sequence[Path], record: type[Record]
) -> Iterator[LabelledArticle | Problem]:
    paired = {path.parent for path in texts if annif_text.subjects_beside(path) is not None}
    mixed = {path.parent for path in data}
    alone = [path for path in texts if path.parent not in paired | mixed]
    others = [path for path in data if suffix(path) != ".json"]
    if alone and not others and not paired and not mixed - {root}:
        yield from topic_folders.read(root, texts, record)
        return
    full = [path for path in texts if path.parent in paired]
    suffixes = (*files.SUFFIXES, ".txt")
    yield from _each(_some(root, sorted([*data, *full]), suffixes), None, record)
    for folder in sorted({path.parent for path in alone} - {root}):
        yield _left_out(folder)


def _left_out(folder: Path) -> Problem:
    detail = (
        "its .txt files were not read, since files of other forms lie in folders near it; give "
        f"the folder above it by itself, or name the form {TOPICS}"
    )
    return Problem("malformed", source_of(folder), 1, detail)


def _each(
    paths: Sequence[Path], form: str | None, record: type[Record]
) -> Iterator[LabelledArticle | Problem]:
    for path in paths:
        try:
            yield from files.read(path, _form_of(path, form), record)
        except UNREADABLE as error:
            yield unreadable(path, error)


def _form_of(path: Path, form: str | None) -> str | None:
    if form != FULL_TEXTS:
        return form
    return "annif-json" if suffix(path) == ".json" else None
