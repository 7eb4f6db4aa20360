"""A file of plain text: headline, then body."""

from copytaster.archive.formats.lines import decode_whole
from copytaster.archive.labelled import Problem
from copytaster.model.plain import headline_and_body


def read(data: bytes, source: str) -> dict[str, object] | Problem:
    """Return headline and text of a file's *data*, or the problem with it.

    The first line is the headline, unless it is the only one.
    """
    text = decode_whole(data, source)
    if isinstance(text, Problem):
        return text
    headline, body = headline_and_body(text)
    return {"headline": headline, "text": body} if headline else {"text": body}
