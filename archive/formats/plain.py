"""A file of plain text: headline, then body."""

from copytaster.archive.formats.lines import decode_whole
from copytaster.archive.labelled import Problem


def read(data: bytes, source: str) -> dict[str, object] | Problem:
    """Return headline and text of a file's *data*, or the problem with it.

    The first line is the headline, unless it is the only one.
    """
    text = decode_whole(data, source)
    if isinstance(text, Problem):
        return text
    headline, _, body = text.strip().partition("\n")
    if not body.strip():
        return {"text": headline.strip()}
    return {"headline": headline.strip(), "text": body.strip()}
