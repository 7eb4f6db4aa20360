"""Annif's corpora of documents: TSV, CSV with ``subject_uris``, and JSON."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from copytaster.archive.formats import delimited, rows
from copytaster.archive.formats.jsonl import list_problem
from copytaster.archive.formats.lines import decode, decode_whole, numbered
from copytaster.archive.formats.record import Record, parse, problem
from copytaster.archive.labelled import LabelledArticle, Problem

#: Metadata that are fields of an article; the first that says something is taken.
_METADATA = {
    "headline": ("title", "headline"),
    "language": ("language",),
    "published": ("published",),
}


class _Subject(BaseModel):
    uri: str | None = None
    label: str | None = None


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    document_id: str | None = None
    text: Annotated[str, BeforeValidator(lambda value: value or "")] = ""
    metadata: dict[str, object] = {}
    subjects: list[_Subject] | None = None


def read_tsv(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield an article or a problem for each of *lines*: text, a tab, URIs between spaces."""
    for count, (number, line) in enumerate(numbered(lines)):
        text = decode(line, source, number)
        if isinstance(text, Problem):
            yield text
        elif count == 0 and rows.is_header(text.split("\t")):
            yield rows.header_problem(source, number)
        else:
            yield _of_line(text, source, number, form)


def read_csv(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield an article or a problem for each row; its other columns are metadata."""
    required = {"text", "subject_uris"} if _labelled(form) else {"text"}
    for row in delimited.records(lines, source, required):
        if isinstance(row, Problem):
            yield row
            continue
        line, cells = row
        fields = _fields(cells.get("document_id"), cells.get("text", ""), cells)
        fields["topics"] = uris(cells.get("subject_uris", ""))
        yield parse(form, fields, source, line)


def read_json(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield the one article that all *lines* together are, or the problem with it."""
    data = b"".join(lines).removeprefix(BOM_UTF8)
    text = decode_whole(data, source)
    if isinstance(text, Problem):
        yield text
    else:
        yield list_problem(text, source) or _of_json(data, source, 1, form)


def read_jsonl(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield an article or a problem for each of *lines* that is not blank."""
    for number, line in numbered(lines):
        text = decode(line, source, number)
        yield text if isinstance(text, Problem) else _of_json(line, source, number, form)


def is_document(found: Mapping[str, object]) -> bool:
    """Whether *found*, an object of JSON, can only be a document of Annif's."""
    own = {"document_id", "metadata", "subjects"}
    return found.keys() <= own | {"text"} and bool(found.keys() & own)


def uris(joined: str) -> list[str]:
    """Return the URIs that *joined* holds between blanks, without their angle brackets."""
    return [bare(uri) for uri in joined.split()]


def bare(uri: str) -> str:
    """Return *uri* without the angle brackets around it, if there are any."""
    return uri[1:-1] if is_bracketed(uri) else uri


def is_bracketed(cell: str) -> bool:
    """Whether *cell* is a URI in angle brackets."""
    return cell.startswith("<") and cell.endswith(">")


def _of_line(line: str, source: str, number: int, form: type[Record]) -> LabelledArticle | Problem:
    text, tab, subjects = line.partition("\t")
    if not tab and _labelled(form):
        detail = "no tab; put one between the text and its URIs"
        return Problem("malformed", source, number, detail)
    if is_bracketed(text.strip()) and " " not in text.strip():
        detail = "begins with a URI; this is a list of subjects, where text comes first"
        return Problem("malformed", source, number, detail)
    return parse(form, {"text": text.strip(), "topics": uris(subjects)}, source, number)


def _of_json(data: bytes, source: str, line: int, form: type[Record]) -> LabelledArticle | Problem:
    try:
        document = _Document.model_validate_json(data)
    except ValidationError as error:
        return problem(error, source, line)
    if document.subjects is None and _labelled(form):
        detail = 'no "subjects"; write [] for an article without any'
        return Problem("malformed", source, line, detail)
    fields = _fields(document.document_id, document.text, document.metadata)
    fields["topics"] = [one.uri or one.label or "" for one in document.subjects or ()]
    return parse(form, fields, source, line)


def _fields(identifier: str | None, text: str, metadata: Mapping[str, object]) -> dict[str, object]:
    fields: dict[str, object] = {"id": identifier, "text": text}
    for name, keys in _METADATA.items():
        fields[name] = next((metadata[key] for key in keys if metadata.get(key)), None)
    if not text.strip():
        fields["text"] = metadata.get("abstract")
    return fields


def _labelled(form: type[Record]) -> bool:
    return form.model_fields["topics"].is_required()
