"""Articles and labels, in and out of a transaction on the archive."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from copytaster.archive import clock, kept, merging
from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.merging import Held, Origin
from copytaster.archive.standing import Sides, Standing
from copytaster.archive.tables import ID, TOPIC, articles, label_events, labels, utc
from copytaster.model.errors import NoArticleError
from copytaster.model.types import Article

#: Articles that one statement asks for.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Added:
    """What came of articles that were added.

    Attributes
    ----------
    new, changed, same : int
        Articles that were not there; whose text, facts or labels changed; that were there as such.
    labels : int
        Labels that were set, changed or withdrawn.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    labels: int = 0

    def __add__(self, other: "Added") -> "Added":
        return Added(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.labels + other.labels,
        )


@dataclass(frozen=True, slots=True)
class Author:
    """Whose labels they are.

    Attributes
    ----------
    origin : {"import", "editor"}
    editor : str or None
        As the CMS names them.
    model : str or None
        The version of the tagger whose tags they saw.
    """

    origin: Origin
    editor: str | None = None
    model: str | None = None


IMPORT = Author("import")


class Store:
    """Articles and labels, within the transaction of one connection.

    Parameters
    ----------
    connection : Connection
        Of :meth:`Database.writing`, or of :meth:`Database.reading` for what only reads.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, items: Sequence[LabelledArticle], author: Author = IMPORT) -> Added:
        """Add articles with their labels; adding them again changes nothing.

        Parameters
        ----------
        items : sequence of LabelledArticle
            Of the same article twice, the later one holds.
        author : Author

        Raises
        ------
        ArchiveError
            If an identifier or a topic is one that no database takes; then nothing is added.
        """
        wanted = {kept.identifier(item): item for item in items}
        for item in items:
            kept.must_fit_topics(item)
        total = Added()
        every = list(wanted.items())
        for at in range(0, len(every), _CHUNK):
            total += self._add(dict(every[at : at + _CHUNK]), author)
        return total

    def label(
        self, identifier: str, stated: Mapping[str, bool | None], author: Author
    ) -> dict[str, bool]:
        """Set labels of an article to yes or no, or withdraw them (``None``).

        Returns
        -------
        dict of str to bool
            All the labels that the article has now.

        Raises
        ------
        NoArticleError
            If there is no such article.
        """
        self.get(identifier)
        for topic in stated:
            kept.must_fit("topics", topic, TOPIC)
        held = self._held([identifier])[identifier]
        differing = {
            topic: yes
            for topic, yes in stated.items()
            if (None if topic not in held else held[topic].yes) != yes
            or (topic in held and held[topic].origin != author.origin)
        }
        self._change({identifier: differing}, {identifier: held}, author)
        return {topic: one.yes for topic, one in self._held([identifier])[identifier].items()}

    def get(self, identifier: str) -> LabelledArticle:
        """Return an article with its labels.

        Raises
        ------
        NoArticleError
            If there is no such article.
        """
        for row in self._rows([identifier]) if kept.fits(identifier, ID) else ():
            return _labelled(row, Standing(self._connection).of([identifier])[identifier])
        raise NoArticleError(f"no article {identifier!r} in the archive; send it first")

    def each(self) -> Iterator[LabelledArticle]:
        """Yield all articles with their labels, in the order of their identifiers."""
        after, standing = "", Standing(self._connection)
        while rows := self._connection.execute(
            select(articles).where(articles.c.id > after).order_by(articles.c.id).limit(_CHUNK)
        ).all():
            sides = standing.of([row.id for row in rows])
            for row in rows:
                yield _labelled(row, sides[row.id])
            after = rows[-1].id

    def unsettled(self, most: int) -> list[LabelledArticle]:
        """Return the newest *most* articles of which not every topic is known, newest first."""
        newest = func.coalesce(articles.c.published, articles.c.added).desc()
        rows = self._connection.execute(
            select(articles)
            .where(~articles.c.complete, articles.c.whole)
            .order_by(newest, articles.c.id)
            .limit(most)
        ).all()
        found: list[LabelledArticle] = []
        standing = Standing(self._connection)
        for at in range(0, len(rows), _CHUNK):
            part = rows[at : at + _CHUNK]
            sides = standing.of([row.id for row in part])
            found.extend(_labelled(row, sides[row.id]) for row in part)
        return found

    def drop_texts(self, before: datetime) -> int:
        """Keep of texts that were added before a moment only their words; return how many."""
        due = select(articles.c.id, articles.c.headline, articles.c.text).where(
            articles.c.whole, articles.c.added < utc(before)
        )
        rows = self._connection.execute(due).all()
        for row in rows:
            self._connection.execute(
                update(articles)
                .where(articles.c.id == row.id)
                .values(headline=kept.words(row.headline), text=kept.words(row.text), whole=False)
            )
        return len(rows)

    def _add(self, wanted: Mapping[str, LabelledArticle], author: Author) -> Added:
        now = clock.now(self._connection)
        rows = {row.id: row for row in self._rows(list(wanted))}
        held = self._held(list(wanted))
        new: list[dict[str, Any]] = []
        touched: set[str] = set()
        changed: dict[str, dict[str, bool | None]] = {}
        for identifier, item in wanted.items():
            facts = kept.facts(item)
            row = rows.get(identifier)
            if row is None:
                new.append({"id": identifier, **facts, "added": now, "changed": now})
            elif _differs(row, facts):
                self._rewrite(row, facts, now)
                touched.add(identifier)
            changed[identifier] = merging.changes(held[identifier], item, author.origin)
        if new:
            self._connection.execute(insert(articles), new)
        n_labels = self._change(changed, held, author)
        touched |= {identifier for identifier, found in changed.items() if found} & rows.keys()
        same = len(wanted) - len(new) - len(touched)
        return Added(len(new), len(touched), same, n_labels)

    def _rewrite(self, row: Row[Any], facts: dict[str, Any], now: datetime) -> None:
        if row.digest == facts["digest"]:  # a text that was dropped stays so
            facts = {name: facts[name] for name in facts.keys() - {"headline", "text", "whole"}}
        self._connection.execute(
            update(articles).where(articles.c.id == row.id).values(**facts, changed=now)
        )

    def _change(
        self,
        changed: Mapping[str, Mapping[str, bool | None]],
        held: Mapping[str, Mapping[str, Held]],
        author: Author,
    ) -> int:
        """Make the changes to what is *held*, and remember them; return how many."""
        now = clock.now(self._connection)
        editor, model = kept.fit_or_none(author.editor), kept.fit_or_none(author.model)
        how = {"editor": editor, "model": model, "origin": author.origin, "at": now}
        events = [
            {"article": identifier, "topic": topic, "yes": found[topic], **how}
            for identifier, found in changed.items()
            for topic in sorted(found)
        ]
        if not events:
            return 0
        gone = delete(labels).where(
            labels.c.article == bindparam("of"), labels.c.topic == bindparam("named")
        )
        keys = [
            {"of": identifier, "named": topic}
            for identifier, found in changed.items()
            for topic in found.keys() & held[identifier].keys()
        ]
        if keys:
            self._connection.execute(gone, keys)
        standing = [one for one in events if one["yes"] is not None]
        if standing:
            self._connection.execute(insert(labels), standing)
        self._connection.execute(insert(label_events), events)
        return len(events)

    def _rows(self, identifiers: Sequence[str]) -> Sequence[Row[Any]]:
        return self._connection.execute(
            select(articles).where(articles.c.id.in_(identifiers))
        ).all()

    def _held(self, identifiers: Sequence[str]) -> dict[str, dict[str, Held]]:
        """Return the labels of each article, by topic."""
        found: defaultdict[str, dict[str, Held]] = defaultdict(dict)
        columns = (labels.c.article, labels.c.topic, labels.c.yes, labels.c.origin)
        for row in self._connection.execute(
            select(*columns).where(labels.c.article.in_(identifiers))
        ):
            found[row.article][row.topic] = Held(row.yes, row.origin)
        return found


def _differs(row: Row[Any], facts: Mapping[str, Any]) -> bool:
    """Return whether an article is another one now; where it was read does not count."""
    names = facts.keys() - {"headline", "text", "whole", "source", "line"}
    return any(getattr(row, name) != facts[name] for name in names)


def _labelled(row: Row[Any], sides: Sides) -> LabelledArticle:
    article = Article(
        text=row.text,
        headline=row.headline,
        id=row.id,
        language=row.language,
        published=row.published,
        chain=row.chain,
    )
    return LabelledArticle(
        article=article,
        yes=sides.yes,
        no=sides.no,
        complete=row.complete,
        group=row.group,
        split=row.split,
        source=row.source,
        line=row.line,
        digest=row.digest,
    )
