"""What editors teach, checked and put into the archive."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus

from sqlalchemy import Connection

from copytaster.archive import kept, relabelled
from copytaster.archive.archive import Archive
from copytaster.archive.decisions import Decisions
from copytaster.archive.forgetting import forget
from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.replies import Replies, Reply
from copytaster.archive.scrub import Scrub
from copytaster.archive.store import Added, Author, Store
from copytaster.model.taxonomy import Taxonomy
from copytaster.service import slugs
from copytaster.service.labelling import (
    ArticleReply,
    ForgottenReply,
    LabelledRequest,
    LabelsReply,
    LabelsRequest,
    StoredReply,
)
from copytaster.service.problems import RequestError
from copytaster.service.schemas import FieldProblem

#: What does one thing in a transaction, and returns the reply to it.
Work = Callable[[Connection], Reply]
#: An article as it is kept, and as it was sent.
Sent = tuple[LabelledArticle, LabelledRequest]
_log = logging.getLogger(__name__)
_WORDS = {"new": HTTPStatus.CREATED, "changed": HTTPStatus.OK, "same": HTTPStatus.OK}


class Feedback:
    """Puts articles and labels into the archive; what it returns is committed.

    Parameters
    ----------
    archive : Archive
    taxonomy : callable
        Returns the topics that take labels now: those that serve, and those that wait for it.
    """

    def __init__(self, archive: Archive, taxonomy: Callable[[], Taxonomy]) -> None:
        self._archive = archive
        self._taxonomy = taxonomy

    def once(self, owner: str, key: str | None, request: bytes, work: Work) -> Reply:
        """Do *work*, but for a request that bears a *key* which it has had before.

        Parameters
        ----------
        owner : str
            Who asks.
        key : str or None
            The Idempotency-Key.
        request : bytes
            All that makes the request: its method, path and body.
        work : callable

        Raises
        ------
        KeyReusedError
            If the key came with another request before.
        """
        digest = hashlib.sha256(request).hexdigest()
        with self._archive.writing() as connection:
            if key is None:
                return work(connection)
            replies = Replies(connection, owner)
            known = replies.recall(key, digest)
            if known is None:
                known = work(connection)
                replies.remember(key, digest, known)
            return known

    def article(self, sent: LabelledRequest, by: str | None) -> Work:
        """Return the work that stores an article; it raises :class:`RequestError` if it cannot."""

        def work(connection: Connection) -> Reply:
            item = self.checked(sent, 0)
            (stored,) = self.articles_within(connection, [(item, sent)], by)
            return Reply(_WORDS[stored.result], stored.model_dump_json())

        return work

    def articles(self, sent: Sequence[Sent], by: str | None) -> list[StoredReply]:
        """Store articles in one transaction; they are checked already."""
        with self._archive.writing() as connection:
            return self.articles_within(connection, sent, by)

    def articles_within(
        self, connection: Connection, sent: Sequence[Sent], by: str | None
    ) -> list[StoredReply]:
        """Store articles in a transaction that is under way; they are checked already."""
        store = Store(connection)
        found = []
        for item, one in sent:
            author = _author(connection, kept.identifier(item), one, by)
            found.append(_stored(item, store.add([item], author)))
        return found

    def labels(self, identifier: str, sent: LabelsRequest, by: str | None) -> Work:
        """Return the work that sets labels; it raises :class:`RequestError` if it cannot."""

        def work(connection: Connection) -> Reply:
            taxonomy, stated = self._stated(sent)
            author = _author(connection, identifier, sent, by)
            held = Store(connection).label(identifier, stated, author)
            yes = {topic for topic, one in held.items() if one}
            found = taxonomy.redirects.today(yes, held.keys() - yes)
            reply = LabelsReply(id=identifier, yes=sorted(found.yes), no=sorted(found.no))
            return Reply(HTTPStatus.OK, reply.model_dump_json())

        return work

    def _stated(self, sent: LabelsRequest) -> tuple[Taxonomy, dict[str, bool | None]]:
        """Return the topics that take labels now, and what is said of them."""
        both = _twice([sent.yes, sent.no, sent.withdraw])
        if both:
            raise _unprocessable("body", f"{min(both)!r} is in two lists; keep it in one")
        taxonomy = self._taxonomy()
        slugs.must_know(taxonomy, {"yes": sent.yes}, {"no": sent.no})
        return taxonomy, slugs.stated(taxonomy, sent)

    def get(self, identifier: str) -> ArticleReply:
        """Return an article; raises :class:`NoArticleError` if it is not in the archive."""
        with self._archive.reading() as connection:
            found = relabelled.today(Store(connection).get(identifier), self._taxonomy())
        article = found.article
        return ArticleReply(
            id=identifier,
            headline=article.headline,
            text=article.text,
            language=article.language,
            published=article.published,
            chain=article.chain,
            complete=found.complete,
            whole=found.whole,
            yes=sorted(found.yes),
            no=sorted(found.no),
        )

    def forget(self, identifier: str, by: str) -> ForgottenReply:
        """Delete an article with all that was said of it; again does no harm."""
        with self._archive.writing() as connection:
            gone = forget(connection, identifier)
        if gone.any:
            _log.warning(
                "%s forgot the article %.200r: %d label(s), %d decision(s)",
                by,
                identifier,
                gone.labels,
                gone.decisions,
            )
        Scrub(self._archive.database).cut()  # also what one before could not
        return ForgottenReply(
            id=identifier, articles=gone.articles, labels=gone.labels, decisions=gone.decisions
        )

    def open(self) -> None:
        """See that the archive answers; raises :class:`ArchiveDownError` if it does not."""
        with self._archive.reading():
            pass

    def checked(self, sent: LabelledRequest, line: int) -> LabelledArticle:
        """Return the article that was sent, on a *line* of a stream.

        Raises
        ------
        RequestError
            If there is nothing to learn from, a topic is unknown, was split, or is in both lists,
            or the identifier cannot be kept.
        """
        if not sent.text.strip() and not sent.headline.strip():
            raise _unprocessable("text", "text and headline are both blank; send one of them")
        both = _twice([sent.topics or (), sent.not_topics])
        if both:
            raise _unprocessable("topics", f"{min(both)!r} is in topics and in not_topics")
        taxonomy = self._taxonomy()
        slugs.must_know(taxonomy, {"topics": sent.topics or ()}, {"not_topics": sent.not_topics})
        item = relabelled.today(sent.labelled("POST /articles", line), taxonomy)
        kept.identifier(item)
        return item


def _author(
    connection: Connection, identifier: str, sent: LabelledRequest | LabelsRequest, by: str | None
) -> Author:
    """Return whose labels they are, and whose tags were seen: those served last, unless it says."""
    model = sent.model or Decisions(connection).model(identifier)
    return Author("editor", sent.editor or by, model)


def _stored(item: LabelledArticle, added: Added) -> StoredReply:
    return StoredReply(
        id=kept.identifier(item),
        result="new" if added.new else "changed" if added.changed else "same",
        labels=added.labels,
    )


def _twice(lists: Iterable[Iterable[str]]) -> set[str]:
    """Return what is in more than one of the lists."""
    seen: set[str] = set()
    found: set[str] = set()
    for one in lists:
        found |= seen & set(one)
        seen |= set(one)
    return found


def _unprocessable(field: str, problem: str) -> RequestError:
    wrong = FieldProblem(field=field, problem=problem)
    return RequestError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{field}: {problem}", [wrong])
