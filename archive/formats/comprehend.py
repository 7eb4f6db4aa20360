"""Amazon Comprehend's CSV: ``LABEL,text`` or ``LABEL|LABEL,text``, without a header."""

from collections.abc import Iterable, Iterator

from copytaster.archive.formats import rows
from copytaster.archive.formats.record import Record, parse
from copytaster.archive.labelled import LabelledArticle, Problem

_CELLS = 2


def read(
    lines: Iterable[bytes], source: str, form: type[Record] = Record
) -> Iterator[LabelledArticle | Problem]:
    """Yield an article or a problem for each row; an article may span several *lines*."""
    for number, row in enumerate(rows.read(lines, source)):
        if isinstance(row, Problem):
            yield row
        elif number == 0 and rows.is_header(row.cells):
            yield rows.header_problem(source, row.line)
        else:
            yield row.problem(source) or _article(row, source, form)


def _article(row: rows.Row, source: str, form: type[Record]) -> LabelledArticle | Problem:
    if len(row.cells) != _CELLS:
        detail = (
            f"{len(row.cells)} cells where labels and text make 2; put a text with commas in "
            "quotes, with no space before them"
        )
        return Problem("malformed", source, row.line, detail)
    labels, text = row.cells
    topics = [label.strip() for label in labels.split("|") if label.strip()]
    if not topics and form.model_fields["topics"].is_required():
        return Problem("malformed", source, row.line, "no label before the comma; write one")
    return parse(form, {"text": text, "topics": topics}, source, row.line)
