"""What the archive writes into files: articles, or decisions."""

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from sqlalchemy import Connection


@contextmanager
def out(file: Path) -> Iterator[BinaryIO]:
    """Give what to write to: *file*, whole at the end, compressed where its name ends in .gz.

    ``-`` is standard output.
    """
    from copytaster.model import files

    if str(file) == "-":
        yield sys.stdout.buffer
        return
    with files.aside(file) as plain:
        if file.suffix != ".gz":
            yield plain
            return
        # Neither name nor time: the same archive gives the same bytes.
        with gzip.GzipFile("", "wb", fileobj=plain, mtime=0) as packed:
            yield cast("BinaryIO", packed)


def articles(connection: "Connection", to: BinaryIO, form: str) -> str:
    """Write all articles, and return what is to be said of it."""
    from copytaster.archive import formats
    from copytaster.archive.store import Store
    from copytaster.archive.texts import Texts

    dropped = Texts(connection).dropped()
    n = formats.WRITERS[form](Store(connection).each(), to)
    if not dropped:
        return f"{n:,} articles written."
    return (
        f"{n:,} articles written; of {dropped:,} there is no text any more, only its words in "
        "alphabetical order (words_of)."
    )


def decisions(connection: "Connection", to: BinaryIO, form: str) -> str:  # noqa: ARG001  # as above
    """Write all decisions as JSON lines, and return what is to be said of it."""
    from copytaster.archive.decisions import Decisions

    n = _lines((one.as_json() for one in Decisions(connection).each()), to)
    return f"{n:,} decisions written."


def _lines(found: Iterable[dict[str, object]], to: BinaryIO) -> int:
    n = 0
    for n, one in enumerate(found, 1):  # noqa: B007  # how many there were
        to.write(f"{json.dumps(one, ensure_ascii=False)}\n".encode())
    return n
