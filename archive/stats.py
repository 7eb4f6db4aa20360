"""What is in the archive, in numbers."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from copytaster.archive import served
from copytaster.archive.decisions import Decisions
from copytaster.archive.served import Served
from copytaster.archive.tables import articles, label_events, labels


@dataclass(frozen=True, slots=True)
class TopicStats:
    """The labels of one topic.

    Attributes
    ----------
    topic : str
    yes, no : int
    by_editors : int
        Of these, how many an editor gave or confirmed.
    """

    topic: str
    yes: int
    no: int
    by_editors: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The archive as a whole.

    Attributes
    ----------
    articles : int
    labelled : int
        Articles that teach something: with a label, or known to have no other topics.
    dropped : int
        Articles of whose text only the words are kept.
    changes : int
        Labels that were ever set, changed or withdrawn.
    oldest, newest : datetime or None
        When the first and the last article were published.
    last_label : datetime or None
        When a label last changed.
    languages : dict of str to int
        Articles by language, the most frequent first; ``""`` for those that do not say.
    topics : tuple of TopicStats
        By slug.
    decisions : int
        Taggings that are kept.
    decisions_since : datetime or None
        When the oldest of them was served.
    served : tuple of Served
        What came of them, by topic and tier.
    """

    articles: int
    labelled: int
    dropped: int
    changes: int
    oldest: datetime | None
    newest: datetime | None
    last_label: datetime | None
    languages: dict[str, int]
    topics: tuple[TopicStats, ...]
    decisions: int
    decisions_since: datetime | None
    served: tuple[Served, ...]

    def as_json(self) -> dict[str, object]:
        """Return all of it, as a mapping."""
        return {**asdict(self), "served": [one.as_json() for one in self.served]}


def of(connection: Connection) -> Stats:
    """Return the numbers of the archive."""
    total, dropped, oldest, newest = connection.execute(
        select(
            func.count(),
            func.count(case((~articles.c.whole, 1))),
            func.min(articles.c.published),
            func.max(articles.c.published),
        ).select_from(articles)
    ).one()
    has_label = select(labels.c.article).where(labels.c.article == articles.c.id).exists()
    teaching = select(func.count()).select_from(articles).where(articles.c.complete | has_label)
    n_changes, last = connection.execute(
        select(func.count(), func.max(label_events.c.at)).select_from(label_events)
    ).one()
    n_decisions, since = Decisions(connection).count()
    return Stats(
        articles=total,
        labelled=connection.scalar(teaching) or 0,
        dropped=dropped,
        changes=n_changes,
        oldest=oldest,
        newest=newest,
        last_label=last,
        languages=_languages(connection),
        topics=_topics(connection),
        decisions=n_decisions,
        decisions_since=since,
        served=tuple(served.of(connection)),
    )


def _languages(connection: Connection) -> dict[str, int]:
    language = func.coalesce(articles.c.language, "")
    n = func.count().label("n")
    rows = connection.execute(select(language, n).group_by(language).order_by(n.desc(), language))
    return {row[0]: row[1] for row in rows}


def _topics(connection: Connection) -> tuple[TopicStats, ...]:
    rows = connection.execute(
        select(
            labels.c.topic,
            func.count(case((labels.c.yes, 1))),
            func.count(case((~labels.c.yes, 1))),
            func.count(case((labels.c.origin == "editor", 1))),
        )
        .group_by(labels.c.topic)
        .order_by(labels.c.topic)
    )
    return tuple(TopicStats(*row) for row in rows)
