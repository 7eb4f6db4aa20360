"""JSON Lines: one labelled article a line."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from copytaster.archive.formats.record import Record, labelled, problem
from copytaster.archive.labelled import LabelledArticle, Problem


def read(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield an article or a problem for each of *lines* that is not blank; *form* is their form."""
    for number, read_line in enumerate(lines, 1):
        line = read_line.removeprefix(BOM_UTF8) if number == 1 else read_line
        if line.strip():
            yield _parse(line, source, number, form)


def _parse(line: bytes, source: str, number: int, form: type[Record]) -> LabelledArticle | Problem:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        detail = f"byte {error.start + 1} of the line is not UTF-8; save the file as UTF-8"
        return Problem("broken encoding", source, number, detail)
    try:
        record = form.model_validate_json(line)
    except ValidationError as error:
        return problem(error, source, number)
    return labelled(record, source, number)
