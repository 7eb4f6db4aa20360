"""Counts of what the service does, shared by all its workers.

The counters lie in anonymous memory that is mapped before the workers fork. Each process adds to a
row of its own, so that none waits for another, and whoever is asked adds the rows up. A row
outlives its process: the next worker goes on counting in it, so no count ever falls. Topics come
and go with taggers: each gets a place in every row when it is first served, and keeps it.
"""

import mmap
import os
import threading
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence

from copytaster.model.taxonomy import Taxonomy
from copytaster.service.shared import Lock, Names
from copytaster.service.tally import REVIEWS, TIERS

#: Upper bounds of the histogram, in seconds.
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
ROUTES = (
    *("/tag", "/topics", "/articles", "/review", "/retrain", "/jobs", "/models"),
    *("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "other"),
)
#: Of these, those that have others below them.
_FOLDERS = ("/articles", "/jobs", "/models", "/docs")
STATUSES = (200, 201, 202, 308, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 500, 503)
OWNER, IN_FLIGHT, ARTICLES, PROBLEMS = "workers", "in flight", "articles", "problems"
SWAPS, REFUSALS = "swaps", "refusals"
DECISIONS_KEPT, DECISIONS_DROPPED = "decisions kept", "decisions dropped"
#: What :meth:`Metrics.add` counts.
_SINGLE = (PROBLEMS, SWAPS, REFUSALS, DECISIONS_KEPT, DECISIONS_DROPPED)
#: How many topics are counted by name over the years; memory that no topic uses costs nothing.
ROOM = 4096
#: What topics beyond are counted under, all together: no slug.
MORE = "(more)"


class Metrics:
    """The counters of a service.

    Parameters
    ----------
    workers : int
        How many processes serve; there is room for those that replace them, too.
    room : int
        How many topics are counted by name.
    """

    def __init__(self, workers: int, room: int = ROOM) -> None:
        keys: list[Hashable] = [OWNER, IN_FLIGHT, ARTICLES, *_SINGLE]
        keys += [("request", route, status) for route in ROUTES for status in (*STATUSES, 0)]
        keys += [("took", route, at) for route in ROUTES for at in (*range(len(BOUNDS) + 1), "sum")]
        keys += [("review", review) for review in REVIEWS]
        self._columns = {key: at for at, key in enumerate(keys)}
        self._width = len(keys) + len(TIERS) * (room + 1)
        self._rows = 3 * workers + 1
        cells = mmap.mmap(-1, self._rows * self._width * 8)
        self._cells = memoryview(cells).cast("d", (self._rows * self._width,))
        self._lock, self._claims = threading.Lock(), Lock()
        self._topics = Names(self._claims, room)
        self._claimed = (0, 0)

    def begin(self) -> None:
        """Count a request as begun."""
        with self._lock:
            self._cells[self._row() + 1] += 1

    def end(self, path: str, status: int, seconds: float) -> None:
        """Count a request as answered."""
        route = route_of(path)
        columns, cells = self._columns, self._cells
        request = columns.get(("request", route, status))
        with self._lock:
            row = self._row()
            cells[row + 1] -= 1
            cells[row + (request or columns["request", route, 0])] += 1
            cells[row + columns["took", route, bisect_left(BOUNDS, seconds)]] += 1
            cells[row + columns["took", route, "sum"]] += seconds

    def columns(self, taxonomy: Taxonomy) -> list[int]:
        """Return what to pass to :meth:`tagged` with what a tagger of *taxonomy* says.

        It is the column of each place that :mod:`copytaster.service.tally` names.
        """
        topics = self._topics.places(taxonomy.slugs)
        tags = [self._of_tag(at, tier) for at in topics for tier in range(len(TIERS))]
        return [*tags, *(self._columns["review", review] for review in REVIEWS)]

    def tagged(self, articles: int, counted: Iterable[int], columns: Sequence[int]) -> None:
        """Count articles, and the places that they count for, which have these *columns*."""
        cells = self._cells
        with self._lock:
            row = self._row()
            cells[row + self._columns[ARTICLES]] += articles
            for place in counted:
                cells[row + columns[place]] += 1

    def add(self, key: Hashable, n: int = 1) -> None:
        """Count *n* more of what is counted one by one, such as :data:`PROBLEMS`."""
        with self._lock:
            self._cells[self._row() + self._columns[key]] += n

    def totals(self) -> dict[Hashable, float]:
        """Return every counter's sum over all processes; in flight, only of those that live.

        Tags are under ``("tag", topic, tier)``, those of topics that serve no more among them.
        """
        topics = self._topics.all()
        starts = range(0, self._rows * self._width, self._width)
        used = self._of_tag(len(topics), 0)
        rows = [self._cells[at : at + used].tolist() for at in starts]
        live = [row for row in rows if row[0] and _lives(int(row[0]))]
        sums = [float(sum(of)) for of in zip(*rows, strict=True)]
        found = dict(zip(self._columns, sums, strict=False))
        for at, topic in enumerate(topics):
            for tier, name in enumerate(TIERS):
                found["tag", topic, name] = sums[self._of_tag(at, tier)]
        for tier, name in enumerate(TIERS):
            column = self._of_tag(self._topics.most, tier)
            found["tag", MORE, name] = float(sum(self._cells[at + column] for at in starts))
        found[OWNER] = float(len(live))
        found[IN_FLIGHT] = float(sum(row[1] for row in live))
        return found

    def _of_tag(self, topic: int, tier: int) -> int:
        return len(self._columns) + len(TIERS) * topic + tier

    def _row(self) -> int:
        process = os.getpid()
        if self._claimed[0] != process:
            self._claimed = (process, self._claim(process))
        return self._claimed[1]

    def _claim(self, process: int) -> int:
        with self._claims.held():
            starts = range(0, self._rows * self._width, self._width)
            free = (at for at in starts if not _lives(int(self._cells[at])))
            row = next(free, starts[-1])
            self._cells[row], self._cells[row + 1] = float(process), 0.0
        return row


def route_of(path: str) -> str:
    """Return the route that a request for *path* is counted under."""
    short = path.removeprefix("/v1")
    if short in ROUTES:
        return short
    return next((one for one in _FOLDERS if short.startswith(f"{one}/")), "other")


def _lives(process: int) -> bool:
    if not process:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
