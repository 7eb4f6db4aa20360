"""Counts of what the service does, shared by all its workers.

The counters lie in anonymous memory that is mapped before the workers fork. Each process adds to a
row of its own, so that none waits for another, and whoever is asked adds the rows up. A row
outlives its process: the next worker goes on counting in it, so no count ever falls.
"""

import mmap
import multiprocessing
import os
import threading
from bisect import bisect_left
from collections.abc import Hashable, Iterable

from copytaster.model.tagger import Tagger
from copytaster.service import tally

#: Upper bounds of the histogram, in seconds.
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
ROUTES = ("/tag", "/topics", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "other")
STATUSES = (200, 308, 400, 404, 405, 408, 413, 415, 422, 500, 503)
OWNER, IN_FLIGHT, ARTICLES, PROBLEMS = "workers", "in flight", "articles", "problems"


class Metrics:
    """The counters of a service.

    Parameters
    ----------
    tagger : Tagger
        Whose topics are counted.
    workers : int
        How many processes serve; there is room for those that replace them, too.
    """

    def __init__(self, tagger: Tagger, workers: int) -> None:
        self.tagger = tagger
        keys: list[Hashable] = [OWNER, IN_FLIGHT, ARTICLES, PROBLEMS]
        keys += [("request", route, status) for route in ROUTES for status in (*STATUSES, 0)]
        keys += [("took", route, at) for route in ROUTES for at in (*range(len(BOUNDS) + 1), "sum")]
        self._tally = len(keys)
        keys += tally.counters(tagger.taxonomy)
        self._columns = {key: at for at, key in enumerate(keys)}
        self._rows = 3 * workers + 1
        cells = mmap.mmap(-1, self._rows * len(keys) * 8)
        self._cells = memoryview(cells).cast("d", (self._rows * len(keys),))
        self._lock, self._claims = threading.Lock(), multiprocessing.get_context("fork").Lock()
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

    def tagged(self, articles: int, counted: Iterable[int]) -> None:
        """Count articles, and what they count for: places of :mod:`copytaster.service.tally`."""
        cells = self._cells
        with self._lock:
            row = self._row()
            cells[row + self._columns[ARTICLES]] += articles
            start = row + self._tally
            for place in counted:
                cells[start + place] += 1

    def refused(self) -> None:
        """Count a line of a stream that got a problem."""
        with self._lock:
            self._cells[self._row() + self._columns[PROBLEMS]] += 1

    def totals(self) -> dict[Hashable, float]:
        """Return every counter's sum over all processes; in flight, only of those that live."""
        width = len(self._columns)
        rows = [self._cells[at * width : (at + 1) * width].tolist() for at in range(self._rows)]
        live = [row for row in rows if row[0] and _lives(int(row[0]))]
        columns = zip(*rows, strict=True)
        sums = {key: float(sum(of)) for key, of in zip(self._columns, columns, strict=True)}
        sums[OWNER] = float(len(live))
        sums[IN_FLIGHT] = float(sum(row[1] for row in live))
        return sums

    def _row(self) -> int:
        process = os.getpid()
        if self._claimed[0] != process:
            self._claimed = (process, self._claim(process))
        return self._claimed[1]

    def _claim(self, process: int) -> int:
        width = len(self._columns)
        with self._claims:
            starts = range(0, self._rows * width, width)
            free = (at for at in starts if not _lives(int(self._cells[at])))
            row = next(free, starts[-1])
            self._cells[row], self._cells[row + 1] = float(process), 0.0
        return row


def route_of(path: str) -> str:
    """Return the route that a request for *path* is counted under."""
    short = path.removeprefix("/v1")
    if short in ROUTES:
        return short
    return "/docs" if short.startswith("/docs/") else "other"


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
