"""CSV with a header: ``text``, ``headline``, ``topics`` separated by ``|``, and more."""

import csv
import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from copytaster.archive.formats import rows
from copytaster.archive.formats.record import FIELDS, Record, as_fields, parse
from copytaster.archive.labelled import LabelledArticle, Problem
from copytaster.model.errors import CorpusError

_LISTS = ("topics", "not_topics")
_BETWEEN = "|"


def read(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield an article or a problem for each row; an article may span several *lines*.

    *form* is the form of a row; there must be a column for each field that it requires.
    """
    required = {name for name, field in form.model_fields.items() if field.is_required()}
    for row in records(lines, source, {"text"} | required):
        if isinstance(row, Problem):
            yield row
            continue
        line, cells = row
        fields: dict[str, object] = {name: cell for name, cell in cells.items() if name and cell}
        for name in _LISTS:
            topics = cells.get(name, "").split(_BETWEEN)
            fields[name] = [topic.strip() for topic in topics if topic.strip()]
        yield parse(form, fields, source, line)


def records(
    lines: Iterable[bytes], source: str, required: Iterable[str]
) -> Iterator[tuple[int, dict[str, str]] | Problem]:
    """Yield the line and the cells by column of each row below the header, or its problem.

    Nothing is read where the header has not all *required* columns.
    """
    found = rows.read(lines, source)
    header = next(found, rows.Row(1, [], None))
    if isinstance(header, Problem):
        yield header
        return
    missing = sorted(set(required) - set(header.cells))
    if missing:
        yield Problem("malformed", source, header.line, _without(missing[0], header.cells))
        return
    for row in found:
        yield row if isinstance(row, Problem) else _by_column(row, header.cells, source)


def _without(column: str, cells: Sequence[str]) -> str:
    has = textwrap.shorten(", ".join(cells), 200, placeholder=" …")
    advice = "; add one, or name the form if this row is an article" if column == "text" else ""
    return f"the header row has no column {column!r}; it has {has}{advice}"


def _by_column(
    row: rows.Row, header: Sequence[str], source: str
) -> tuple[int, dict[str, str]] | Problem:
    problem = row.problem(source)
    if problem is not None:
        return problem
    if len(row.cells) > len(header):
        detail = "more cells than the header has columns; is a comma or quote unescaped?"
        return Problem("malformed", source, row.line, detail)
    return row.line, dict(zip(header, row.cells, strict=False))


def write(articles: Iterable[LabelledArticle], handle: BinaryIO) -> int:
    """Write *articles* as :func:`read` reads them, and return how many there were.

    Raises
    ------
    CorpusError
        If a topic holds a ``|``, which separates topics here.
    """
    text = io.TextIOWrapper(handle, encoding="utf-8", newline="", write_through=True)
    # RFC 4180 ends rows so; and of both characters Python then quotes each that a cell holds.
    table = csv.writer(text, lineterminator="\r\n")
    count = 0
    try:
        table.writerow(FIELDS)
        for item in articles:
            fields = as_fields(item)
            table.writerow(_cell(fields.get(name), item) for name in FIELDS)
            count += 1
        text.flush()
    finally:
        text.detach()
    return count


def _cell(value: object, item: LabelledArticle) -> str:
    if isinstance(value, list):
        for topic in value:
            if _BETWEEN in topic:
                raise CorpusError(
                    f"{item.id}: the topic {topic!r} holds a {_BETWEEN}, which separates topics "
                    "in CSV; write JSON Lines"
                )
        return _BETWEEN.join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
