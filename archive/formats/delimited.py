"""CSV with a header: ``text``, ``headline``, ``topics`` separated by ``|``, and more."""

import csv
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from copytaster.archive.formats.record import Record, labelled, problem
from copytaster.archive.labelled import LabelledArticle, Problem

_LISTS = ("topics", "not_topics")


def read(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield an article or a problem for each row; an article may span several *lines*.

    *form* is the form of a row; there must be a column for each field that it requires.
    """
    csv.field_size_limit(2**31 - 1)
    decoder = _Decoder(lines)
    rows = csv.DictReader(decoder, strict=True)
    try:
        names = rows.fieldnames or ()
    except csv.Error as error:
        yield Problem("malformed", source, 1, f"is not CSV ({error})")
        return
    required = {name for name, field in form.model_fields.items() if field.is_required()}
    missing = sorted(({"text"} | required) - set(names))
    if missing:
        detail = f"the header row has no column {missing[0]!r}; it has {', '.join(names)}"
        yield Problem("malformed", source, 1, detail)
        return
    while True:
        start = decoder.number + 1
        decoder.broken.clear()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            detail = f"is not CSV ({error}); is a quote left open, or a comma unquoted?"
            yield Problem("malformed", source, start, detail)
        else:
            yield _parse(row, source, start, decoder.broken, form)


class _Decoder:
    """Gives lines as text, counts them, and notes those that are not UTF-8.

    Attributes
    ----------
    number : int
        How many lines were given.
    broken : list of int
        Which of them were not UTF-8.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self.number = 0
        self.broken: list[int] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        try:
            return line.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError:
            self.broken.append(self.number)
            return line.decode(errors="replace")


def _parse(
    row: dict[str | None, str | list[str] | None],
    source: str,
    line: int,
    broken: list[int],
    form: type[Record],
) -> LabelledArticle | Problem:
    if broken:
        detail = f"line {broken[0]} is not UTF-8; save the file as UTF-8"
        return Problem("broken encoding", source, line, detail)
    if None in row:
        detail = "more cells than the header has columns; is a comma or quote unescaped?"
        return Problem("malformed", source, line, detail)
    cells: dict[str, object] = {name: cell for name, cell in row.items() if name and cell}
    for name in _LISTS:
        joined = str(row.get(name) or "")
        cells[name] = [topic.strip() for topic in joined.split("|") if topic.strip()]
    try:
        record = form.model_validate(cells)
    except ValidationError as error:
        return problem(error, source, line)
    return labelled(record, source, line)
