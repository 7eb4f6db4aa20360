"""JSON: one labelled article a line, or one as a whole file."""

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from pydantic import ValidationError

from copytaster.archive.formats.lines import decode, decode_whole, numbered
from copytaster.archive.formats.record import Record, as_fields, labelled, problem
from copytaster.archive.labelled import LabelledArticle, Problem


def read(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield an article or a problem for each of *lines* that is not blank; *form* is their form."""
    for number, line in numbered(lines):
        text = decode(line, source, number)
        yield text if isinstance(text, Problem) else _parse(line, source, number, form)


def read_whole(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield the one article that all *lines* together are, or the problem with it."""
    data = b"".join(lines).removeprefix(BOM_UTF8)
    text = decode_whole(data, source)
    if isinstance(text, Problem):
        yield text
    else:
        yield list_problem(text, source) or _parse(data, source, 1, form)


def list_problem(text: str, source: str) -> Problem | None:
    """Return the problem that *text* is a JSON list, if it is."""
    if not text.lstrip().startswith("["):
        return None
    detail = "is a list; write its articles one a line, without brackets and commas, as .jsonl"
    return Problem("malformed", source, 1, detail)


def _parse(line: bytes, source: str, number: int, form: type[Record]) -> LabelledArticle | Problem:
    try:
        record = form.model_validate_json(line)
    except ValidationError as error:
        return problem(error, source, number)
    return labelled(record, source, number)


def write(articles: Iterable[LabelledArticle], handle: BinaryIO) -> int:
    """Write *articles* one a line, all that :func:`read` reads, and return how many there were."""
    count = 0
    for item in articles:
        handle.write(f"{json.dumps(as_fields(item), ensure_ascii=False)}\n".encode())
        count += 1
    return count
