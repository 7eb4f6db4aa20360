"""CSV with a header: ``text``, ``headline``, ``topics`` separated by ``|``, and more."""

import csv
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from copytaster.archive.formats.record import Record, labelled, problem
from copytaster.archive.labelled import LabelledArticle, Problem

_LISTS = ("topics", "not_topics")


def read(lines: Iterable[bytes], source: str) -> Iterator[LabelledArticle | Problem]:
    """Yield an article or a problem for each row; an article may span several *lines*."""
    csv.field_size_limit(2**31 - 1)
    broken: list[int] = []
    rows = csv.DictReader(_decode(lines, broken))
    missing = sorted({"text", "topics"} - set(rows.fieldnames or ()))
    if missing:
        detail = f"the header row has no column {missing[0]!r}; it has {rows.fieldnames}"
        yield Problem("malformed", source, 1, detail)
        return
    while True:
        start = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem("malformed", source, start, f"is not CSV ({error})")
        else:
            yield _parse(row, source, start, broken)
        broken.clear()


def _decode(lines: Iterable[bytes], broken: list[int]) -> Iterator[str]:
    """Yield *lines* as text, and note in *broken* the numbers of those that are not UTF-8."""
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            broken.append(number)
            text = line.decode(errors="replace")
        yield text


def _parse(
    row: dict[str | None, str | list[str] | None], source: str, line: int, broken: list[int]
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
        record = Record.model_validate(cells)
    except ValidationError as error:
        return problem(error, source, line)
    return labelled(record, source, line)
