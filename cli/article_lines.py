"""Articles to tag, as the shell gives them."""

from pydantic import ValidationError

from copytaster.model.errors import CorpusError
from copytaster.model.types import Article
from copytaster.service.schemas import ArticleRequest


def parse(line: bytes, source: str, number: int) -> Article:
    """Return the article of one JSON line.

    Raises
    ------
    CorpusError
        Naming file, line and field.
    """
    try:
        return ArticleRequest.model_validate_json(line).article()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"])) or "line"
        raise CorpusError(f"{source}:{number}: {field}: {first['msg']}") from None


def plain(data: bytes, source: str) -> Article:
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
    return Article(text=body.strip(), headline=headline.strip()) if body.strip() else Article(text)
