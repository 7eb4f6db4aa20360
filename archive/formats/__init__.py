"""Files of labelled articles: one reader a form, chosen by the file's name and first lines."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from copytaster.archive.formats import delimited, files, folders, jsonl
from copytaster.archive.formats.paths import UNREADABLE
from copytaster.archive.formats.record import Record, Unlabelled
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.model.errors import CorpusError

#: The forms that can be asked for by name.
FORMS = (*files.FORMS, folders.FULL_TEXTS, folders.TOPICS)
#: What writes articles to a binary file, by the name of the form; each returns their number.
WRITERS: dict[str, Callable[[Iterable[LabelledArticle], BinaryIO], int]] = {
    "jsonl": jsonl.write,
    "csv": delimited.write,
}


def read(
    path: Path, *, form: str | None = None, labels: bool = True
) -> Iterator[LabelledArticle | Problem]:
    """Yield the labelled articles of *path*, and a problem for each line that is not one.

    Parameters
    ----------
    path : Path
        A ``.jsonl``, ``.ndjson``, ``.json``, ``.csv`` or ``.tsv`` file, optionally with ``.gz``
        behind, or a folder: of such files, which are read in the order of their names; of texts
        with Annif's subject files beside them; or of folders of texts, one a topic.
    form : str or None
        One of :data:`FORMS`; ``None`` tells it from the name and the first lines.
    labels : bool
        Whether an article must say its topics.

    Raises
    ------
    CorpusError
        If the path cannot be read, or is in no format that is known. A file of a folder that
        cannot be read is a problem.
    """
    if form is not None and form not in FORMS:
        raise CorpusError(f"unknown form {form!r}; expected one of {', '.join(FORMS)}")
    record = Record if labels else Unlabelled
    if path.is_dir():
        yield from folders.read(path, form, record)
        return
    if form in {folders.FULL_TEXTS, folders.TOPICS}:
        raise CorpusError(f"{path}: is no folder, which the form {form} is")
    try:
        yield from files.read(path, form, record)
    except UNREADABLE as error:
        raise CorpusError(f"{path}: cannot be read ({error})") from None
