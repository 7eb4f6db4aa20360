"""The fields of a labelled article, however a file spells them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from copytaster.archive.labelled import LabelledArticle, Problem, ProblemKind
from copytaster.model.types import Article


def _blank_as_none(value: object) -> object:
    return None if value == "" else value


def _none_as_blank(value: object) -> object:
    return "" if value is None else value


def _stripped(values: frozenset[str]) -> frozenset[str]:
    found = frozenset(value.strip() for value in values)
    if any(not value or not value.isprintable() for value in found):
        raise ValueError("a topic is blank or holds a control character")
    return found


def _iso(value: object) -> object:
    """Write ``20261121`` as a date, and refuse a bare year: pydantic would count seconds."""
    digits = str(value)
    if value == "" or not digits.isdecimal() or len(digits) > _DATE_DIGITS:
        return _blank_as_none(value)
    if len(digits) < _DATE_DIGITS:
        raise ValueError(f"{digits} is no date in ISO 8601; write it as 2026-11-21")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


_DATE_DIGITS = len("20261121")
Slugs = Annotated[frozenset[str], AfterValidator(_stripped)]
Text = Annotated[str, BeforeValidator(_none_as_blank)]
Optional = Annotated[str | None, BeforeValidator(_blank_as_none)]


class Record(BaseModel):
    """One line of a file of labelled articles; fields that it does not know are ignored."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    id: Optional = None
    headline: Text = ""
    text: Text = ""
    language: Optional = None
    published: Annotated[datetime | None, BeforeValidator(_iso)] = Field(
        default=None, validation_alias=AliasChoices("published", "date")
    )
    chain: Optional = None
    group: Optional = None
    split: Optional = None
    topics: Slugs
    not_topics: Slugs = frozenset()
    complete: bool = True
    #: The SHA-256 of the text, of which this line has only the words.
    words_of: Annotated[
        str | None, BeforeValidator(_blank_as_none), Field(pattern=r"^[0-9a-f]{64}$")
    ] = None


#: The fields of a line, in the order in which they are written.
FIELDS = tuple(Record.model_fields)
_ALWAYS = ("topics", "complete")


class Unlabelled(Record):
    """One line of a file of articles whose topics do not matter."""

    topics: Slugs = frozenset()


def labelled(record: Record, source: str, line: int) -> LabelledArticle | Problem:
    """Return the article of *record*, or the problem that keeps it from being one."""
    both = record.topics & record.not_topics
    if both:
        detail = f"{min(both)!r} is in topics and in not_topics; keep one"
        return Problem("malformed", source, line, detail)
    if not record.text.strip() and not record.headline.strip():
        return Problem("empty text", source, line, "neither headline nor text has a word in it")
    identifier = record.id or f"{source}:{line}"
    article = Article(
        text=record.text,
        headline=record.headline,
        id=identifier,
        language=record.language,
        published=record.published,
        chain=record.chain,
    )
    return LabelledArticle(
        article=article,
        yes=record.topics,
        no=record.not_topics,
        complete=record.complete,
        group=record.group,
        split=record.split,
        source=source,
        line=line,
        digest=record.words_of,
        whole=record.words_of is None,
    )


def parse(
    form: type[Record], fields: dict[str, object], source: str, line: int
) -> LabelledArticle | Problem:
    """Return the article that *fields* give in *form*, or the problem that keeps it from one."""
    try:
        record = form.model_validate(fields)
    except ValidationError as error:
        return problem(error, source, line)
    return labelled(record, source, line)


def as_fields(item: LabelledArticle) -> dict[str, object]:
    """Return the fields that *item* is read from, without those that say nothing.

    A stand-in identifier becomes the article's own.
    """
    article = item.article
    fields: dict[str, object] = {
        "id": item.id,
        "headline": article.headline,
        "text": article.text,
        "language": article.language,
        "published": _written(article.published),
        "chain": article.chain,
        "group": item.group,
        "split": item.split,
        "topics": sorted(item.yes),
        "not_topics": sorted(item.no),
        "complete": item.complete,
        "words_of": None if item.whole else item.digest,
    }
    return {name: value for name, value in fields.items() if value or name in _ALWAYS}


def _written(date: datetime | None) -> str | None:
    if date is None:
        return None
    # ISO 8601 has no seconds in an offset, and Python's local mean times do.
    offset = date.utcoffset()
    whole = offset is None or not offset % timedelta(minutes=1)
    return (date if whole else date.astimezone(UTC)).isoformat()


def problem(error: ValidationError, source: str, line: int) -> Problem:
    """Return what the first complaint of *error* says, in terms of the line's fields."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    kind: ProblemKind = "malformed"
    return Problem(kind, source, line, f"{field}: {first['msg']}" if field else first["msg"])
