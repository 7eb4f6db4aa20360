"""What was served, beside what editors said of it afterwards."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, select

from copytaster.archive.decisions import Decision, Decisions
from copytaster.archive.tables import articles, labels

#: Articles whose labels are asked for at once.
_CHUNK = 500
#: The standard normal's quantile for an interval of 95 %.
_Z = 1.959963984540054


@dataclass(slots=True)
class Served:
    """How a topic was served in one tier, and what became of it; articles are counted.

    Attributes
    ----------
    topic, tier : str
    yes, no : int
        Articles on which an editor said so afterwards.
    neither : int
        Articles on which nobody said anything of the topic afterwards.
    """

    topic: str
    tier: str
    yes: int = 0
    no: int = 0
    neither: int = 0

    @property
    def articles(self) -> int:
        """All articles on which it was served."""
        return self.yes + self.no + self.neither

    @property
    def precision(self) -> float | None:
        """Share, 0 to 1, of yes in what editors decided; ``None`` where they decided nothing."""
        decided = self.yes + self.no
        return self.yes / decided if decided else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 % for the precision, 0 to 1."""
        return wilson(self.yes, self.yes + self.no)

    def as_json(self) -> dict[str, object]:
        """Return all of it."""
        low, high = self.interval
        return {
            "topic": self.topic,
            "tier": self.tier,
            "articles": self.articles,
            "yes": self.yes,
            "no": self.no,
            "neither": self.neither,
            "precision": self.precision,
            "low": low,
            "high": high,
        }


@dataclass(frozen=True, slots=True)
class Said:
    """What the archive knows of an article: when it was said, by topic, and the rest.

    Attributes
    ----------
    labels : mapping of str to (bool, datetime)
    rest : datetime or None
        When it was last said that all other topics are a no, if that was.
    """

    labels: Mapping[str, tuple[bool, datetime]]
    rest: datetime | None

    def of(self, topic: str) -> tuple[bool, datetime] | None:
        """Return what was said of a topic, and when."""
        if topic in self.labels:
            return self.labels[topic]
        return None if self.rest is None else (False, self.rest)


NOTHING = Said({}, None)


def of(connection: Connection) -> list[Served]:
    """Count what was served in the kept decisions, by topic and tier, with what editors said.

    An article counts once for a topic, as it was tagged last before somebody decided; what was
    decided before the article was ever tagged is no judgement of the tags. A topic that is in
    neither list of an article that is complete is a no. Articles are matched by identifier, else
    by text.
    """
    found: dict[tuple[str, str], Served] = {}
    served = Decisions(connection).by_article()
    groups = (list(group) for _, group in groupby(served, lambda one: one.article or one.digest))
    while chunk := list(islice(groups, _CHUNK)):
        for group, said in zip(chunk, _said(connection, chunk), strict=True):
            for topic, tier, verdict in _judged(group, said):
                one = found.setdefault((topic, tier), Served(topic, tier))
                if verdict is None:
                    one.neither += 1
                elif verdict:
                    one.yes += 1
                else:
                    one.no += 1
    return [found[key] for key in sorted(found)]


def wilson(yes: int, n: int) -> tuple[float, float]:
    """Return the interval of 95 % for a share of which *yes* in *n* were seen; 0 to 1 for none.

    Notes
    -----
    Wilson, Probable inference, the law of succession, and statistical inference, JASA 1927; it
    covers what it promises for few observations too: Brown, Cai and DasGupta, Interval estimation
    for a binomial proportion, Statistical Science 2001.
    """
    if not n:
        return 0.0, 1.0
    share, z2 = yes / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def _judged(group: Sequence[Decision], said: Said) -> Iterator[tuple[str, str, bool | None]]:
    """Yield topic, tier and verdict for what was served on one article, in the order of time."""
    times = [one.at for one in group]
    for topic in {topic for one in group for topic in one.tags}:
        verdict = said.of(topic)
        before = len(group) if verdict is None else bisect_right(times, verdict[1])
        seen = group[before - 1]  # the last of all where the verdict came before any
        if topic in seen.tags:
            yes = verdict[0] if verdict is not None and before else None
            yield topic, seen.tags[topic][1], yes


def _said(connection: Connection, chunk: Sequence[Sequence[Decision]]) -> list[Said]:
    """Return what the archive knows of each article of a chunk."""
    names = [group[0].article for group in chunk]
    digests = [group[-1].digest for group in chunk]
    by_name = _rows(connection, articles.c.id, [name for name in names if name is not None])
    missing = [d for name, d in zip(names, digests, strict=True) if name not in by_name]
    by_digest = _rows(connection, articles.c.digest, missing)
    held = _labels(connection, [row.id for row in (*by_name.values(), *by_digest.values())])
    found = []
    for name, digest in zip(names, digests, strict=True):
        row = by_name.get(name) if name in by_name else by_digest.get(digest)
        rest = row.changed if row is not None and row.complete else None
        found.append(NOTHING if row is None else Said(held[row.id], rest))
    return found


def _rows(connection: Connection, column: Any, keys: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401  # a column
    query = select(articles.c.id, articles.c.digest, articles.c.complete, articles.c.changed)
    rows = connection.execute(query.where(column.in_(keys)).order_by(articles.c.id))
    return {getattr(row, column.name): row for row in rows}


def _labels(
    connection: Connection, names: Sequence[str]
) -> Mapping[str, Mapping[str, tuple[bool, datetime]]]:
    found: defaultdict[str, dict[str, tuple[bool, datetime]]] = defaultdict(dict)
    columns = (labels.c.article, labels.c.topic, labels.c.yes, labels.c.at)
    for row in connection.execute(select(*columns).where(labels.c.article.in_(names))):
        found[row.article][row.topic] = (row.yes, row.at)
    return found
