"""Plain texts in a folder for each topic: ``topic/name.txt``."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from copytaster.archive.formats import plain
from copytaster.archive.formats.paths import UNREADABLE, open_bytes, source_of, unreadable
from copytaster.archive.formats.record import Record, parse
from copytaster.archive.labelled import LabelledArticle, Problem


def read(
    root: Path, texts: Sequence[Path], form: type[Record]
) -> Iterator[LabelledArticle | Problem]:
    """Yield an article for each text among *texts*, with all topics that it lies under.

    Texts are one article where they say the same but for white space. Equal names prove nothing:
    collections number the texts of each topic from one.

    Every file is read twice, so that of all texts but one at a time only a digest is kept.
    """
    topics: dict[bytes, set[str]] = {}
    first: dict[bytes, Path] = {}
    labelled = form.model_fields["topics"].is_required()
    for path in texts:
        folders = path.relative_to(root).parts[:-1]
        fields = _fields(path)
        if isinstance(fields, Problem):
            yield fields
        elif labelled and len(folders) != 1:
            yield _misplaced(path, deep=bool(folders))
        else:
            digest = _digest(fields)
            topics.setdefault(digest, set()).update(folders[:1])
            first.setdefault(digest, path)
    for digest, path in first.items():
        fields = _fields(path)
        if isinstance(fields, Problem):
            yield fields
            continue
        fields["topics"] = sorted(topics[digest])
        yield parse(form, fields, source_of(path), 1)


def _fields(path: Path) -> dict[str, object] | Problem:
    source = source_of(path)
    try:
        with open_bytes(path) as handle:
            data = handle.read()
    except UNREADABLE as error:
        return unreadable(path, error)
    fields = plain.read(data, source)
    if isinstance(fields, Problem) or fields["text"]:
        return fields
    return Problem("empty text", source, 1, "no word in it; remove it")


def _misplaced(path: Path, *, deep: bool) -> Problem:
    wrong = "lies deeper than topic/name.txt" if deep else "lies in no topic's folder"
    detail = f"{wrong}; move it to the folder of its topic"
    return Problem("malformed", source_of(path), 1, detail)


def _digest(fields: dict[str, object]) -> bytes:
    words = f"{fields.get('headline', '')} {fields['text']}".split()
    return hashlib.blake2b(" ".join(words).encode(), digest_size=16).digest()
