"""Articles in lines of JSON, tagged as they come in: results in order, in constant memory."""

import logging
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus

from copytaster.service import articles, lines
from copytaster.service.answers import Answerer
from copytaster.service.lines import Line
from copytaster.service.live import Serving
from copytaster.service.metrics import PROBLEMS, Metrics
from copytaster.service.problems import RequestError, line_problem
from copytaster.service.schemas import ArticleRequest, TagQuery

#: In the environment of a stream for which there is no thread.
BUSY = "copytaster.busy"
#: Articles that are handed to the tagger at once.
BATCH = 256
_LONG = "The line is longer than the limit of {} bytes."
_log = logging.getLogger(__name__)
_FAULT = RequestError(
    HTTPStatus.INTERNAL_SERVER_ERROR, "The service met an error of its own; its log says more."
)


class Stream:
    """A request that is a stream.

    Parameters
    ----------
    serving : Serving
        What serves when the stream begins, and to its end.
    query : TagQuery
    metrics : Metrics
    limit : int
        The longest line, in bytes.
    """

    def __init__(self, serving: Serving, query: TagQuery, metrics: Metrics, *, limit: int) -> None:
        self._answerer = Answerer(serving.replier, query, words=True)
        self._columns = serving.columns
        self._limit = limit
        self._metrics = metrics
        self._long = RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _LONG.format(limit))

    def answers(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        """Yield results, a line each, for the lines that *read* gives.

        A line that is wrong gets a problem document with its number in its place. A stream that
        breaks off gets one at its end.
        """
        last = 0
        try:
            for group in lines.groups(read, self._limit, BATCH):
                last = group[-1].number
                yield b"".join(self._group(group))
        except TimeoutError as error:
            yield self._problem(last + 1, RequestError(HTTPStatus.REQUEST_TIMEOUT, _cut(error)))
        except OSError as error:
            yield self._problem(last + 1, RequestError(HTTPStatus.BAD_REQUEST, _cut(error)))

    def _group(self, group: list[Line]) -> Iterable[bytes]:
        problems: dict[int, RequestError] = {}

        def parse(odd: list[tuple[int, bytes]]) -> dict[int, ArticleRequest]:
            found = {}
            for at, data in odd:
                try:
                    found[at] = articles.of_json(data, "line")
                except RequestError as error:
                    problems[at] = error
            return found

        # A line that is too long has no data; it is blank here.
        data = b"\n".join([line.data or b"" for line in group])
        try:
            found = self._answerer.answer(data, parse)
        except Exception:  # noqa: BLE001  # whatever it is, the rest goes on
            _log.exception("lines %d to %d failed", group[0].number, group[-1].number)
            return [self._problem(line.number, _FAULT) for line in group]
        self._metrics.tagged(len(found.every), found.counted, self._columns)
        every = found.every
        return [
            every[at] + b"\n"
            if at in every
            else self._problem(line.number, problems.get(at, self._long))
            for at, line in enumerate(group)
        ]

    def _problem(self, number: int, error: RequestError) -> bytes:
        self._metrics.add(PROBLEMS)
        return line_problem(number, error)


def _cut(error: OSError) -> str:
    return f"The stream ended early: {error}. Nothing from this line on was tagged."
