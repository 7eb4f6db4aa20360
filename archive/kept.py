"""What the archive keeps of an article: texts that any database takes, and their digest."""

import hashlib
import re
from typing import Any

from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.tables import ID, TOPIC, utc
from copytaster.model.errors import ArchiveError
from copytaster.model.text import tokens

#: Databases take neither the code point 0 nor halves of surrogate pairs; no word has either.
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def fit(text: str) -> str:
    """Return *text* with a replacement character for each that a database does not take."""
    return _UNFIT.sub("\ufffd", text)


def fit_or_none(text: str | None) -> str | None:
    """Return :func:`fit` of *text*, if there is one."""
    return None if text is None else fit(text)


def digest(headline: str, text: str) -> str:
    """Return the SHA-256, in hex, of a headline and a text."""
    return hashlib.sha256(f"{headline}\x00{text}".encode()).hexdigest()


def digest_of(headline: str, text: str) -> str:
    """Return :func:`digest` of what :func:`fit` makes of both, at once where all is fit."""
    if "\x00" not in headline and "\x00" not in text:
        try:
            return digest(headline, text)
        except UnicodeEncodeError:  # half of a surrogate pair
            pass
    return digest(fit(headline), fit(text))


def facts(item: LabelledArticle) -> dict[str, Any]:
    """Return the columns that an article fills."""
    article = item.article
    headline, text = fit(article.headline), fit(article.text)
    said = item.digest if item.digest and not item.whole else digest(headline, text)
    return {
        "headline": headline,
        "text": text,
        "language": fit_or_none(article.language),
        "published": None if article.published is None else utc(article.published),
        "chain": fit_or_none(article.chain),
        "group": fit_or_none(item.group),
        "split": fit_or_none(item.split),
        "source": fit(item.source),
        "line": item.line,
        "complete": item.complete,
        "digest": said,
        "whole": item.whole,
    }


def identifier(item: LabelledArticle) -> str:
    """Return the identifier of an article: its own or, where a line stood in, one of its content.

    Raises
    ------
    ArchiveError
        If it is too long, or holds what no database takes.
    """
    own = item.id
    if own == f"{item.source}:{item.line}":
        return "sha256:" + digest(fit(item.article.headline), fit(item.article.text))[:32]
    must_fit("id", own, ID)
    return own


def fits(value: str, most: int) -> bool:
    """Return whether *value* can be a key of the archive, of at most so many characters."""
    return len(value) <= most and not _UNFIT.search(value)


def must_fit(field: str, value: str, most: int) -> None:
    """Refuse a key of the archive that no database takes.

    Raises
    ------
    ArchiveError
        Naming the field.
    """
    if len(value) > most:
        raise ArchiveError(f"{field}: has {len(value)} characters; the archive takes {most}")
    if _UNFIT.search(value):
        raise ArchiveError(f"{field}: {value!r} holds a character that no database takes")


def must_fit_topics(item: LabelledArticle) -> None:
    """Refuse topics that are too long; raises :class:`ArchiveError`, naming the topic."""
    for topic in item.yes | item.no:
        must_fit("topics", topic, TOPIC)


def words(text: str) -> str:
    """Return the words of *text* in alphabetical order: what is kept of a text that is dropped.

    Every word is there as often as it was, so that counting words gives what it gave before;
    sentences, and pairs of words, are gone.
    """
    return " ".join(sorted(tokens(text)))
