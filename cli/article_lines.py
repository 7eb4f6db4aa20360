"""Articles to tag, as the shell gives them."""

from codecs import BOM_UTF8

from pydantic import ValidationError

from copytaster.model.errors import CorpusError
from copytaster.service.problems import RequestError
from copytaster.service.schemas import ArticleRequest


def parse(line: bytes, source: str, number: int) -> ArticleRequest:
    """Return the article of one JSON line.

    Raises
    ------
    CorpusError
        Naming file, line and field.
    """
    try:
        return ArticleRequest.model_validate_json(line.removeprefix(BOM_UTF8))
    except ValidationError as error:
        detail = RequestError.invalid(error, "line").detail
        raise CorpusError(f"{source}:{number}: {detail}") from None


def plain(data: bytes, source: str) -> ArticleRequest:
    """Return an article of plain text in UTF-8: headline, then body.

    Raises
    ------
    CorpusError
        Naming the file and the byte that is not UTF-8.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{source}: byte {error.start + 1} is not UTF-8") from None
    headline, _, body = text.strip().partition("\n")
    if not body.strip():
        return ArticleRequest(text=text)
    return ArticleRequest(text=body.strip(), headline=headline.strip())
