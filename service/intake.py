"""Labelled articles in lines of JSON, stored as they come in."""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from io import BytesIO

from pydantic import ValidationError
from sqlalchemy import Connection

from copytaster.archive.replies import Reply
from copytaster.model.errors import ArchiveDownError, ArchiveError
from copytaster.service import lines
from copytaster.service.feedback import Feedback, Sent, Work
from copytaster.service.labelling import LabelledRequest, StoredReply
from copytaster.service.lines import Line
from copytaster.service.problems import RequestError, line_problem, of_archive

#: Lines that are committed together, at most.
BATCH = 256


class Intake:
    """A stream of labelled articles.

    Parameters
    ----------
    feedback : Feedback
    by : str or None
        Who sends it.
    limit : int
        The longest line, in bytes.
    """

    def __init__(self, feedback: Feedback, by: str | None, limit: int) -> None:
        self._feedback = feedback
        self._by = by
        self._limit = limit

    def answers(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        """Yield a result for each line that *read* gives, once it is committed.

        A line that is wrong, or could not be stored, gets a problem document with its number.
        """
        last = 0
        try:
            for group in lines.groups(read, self._limit, BATCH):
                last = group[-1].number
                yield b"".join(self._group(group))
        except TimeoutError as error:
            yield line_problem(last + 1, RequestError(HTTPStatus.REQUEST_TIMEOUT, _cut(error)))
        except OSError as error:
            yield line_problem(last + 1, RequestError(HTTPStatus.BAD_REQUEST, _cut(error)))

    def whole(self, data: bytes) -> Work:
        """Return the work that stores all the lines of *data* in one transaction."""
        groups = list(lines.groups(BytesIO(data).read, self._limit, BATCH))
        group = [line for one in groups for line in one]
        sent = [self._read(line) for line in group]

        def work(connection: Connection) -> Reply:
            stored = self._feedback.articles_within(connection, _good(sent), self._by)
            return Reply(HTTPStatus.OK, b"".join(_results(group, sent, stored)).decode())

        return work

    def _group(self, group: list[Line]) -> Iterator[bytes]:
        sent = [self._read(line) for line in group]
        try:
            stored = self._feedback.articles(_good(sent), self._by)
        except ArchiveDownError as error:
            down = of_archive(error)
            sent = [one if isinstance(one, RequestError) else down for one in sent]
            stored = []
        return _results(group, sent, stored)

    def _read(self, line: Line) -> Sent | RequestError:
        if line.data is None:
            detail = f"The line is longer than the limit of {self._limit} bytes."
            return RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        try:
            sent = LabelledRequest.model_validate_json(line.data)
            return self._feedback.checked(sent, line.number), sent
        except ValidationError as error:
            return RequestError.invalid(error, "line")
        except ArchiveError as error:
            return of_archive(error)
        except RequestError as error:
            return error


def _good(sent: Iterable[Sent | RequestError]) -> list[Sent]:
    return [one for one in sent if not isinstance(one, RequestError)]


def _results(
    group: list[Line], sent: list[Sent | RequestError], stored: list[StoredReply]
) -> Iterator[bytes]:
    """Yield a line for each line of a group: what became of it."""
    left = iter(stored)
    for line, one in zip(group, sent, strict=True):
        if isinstance(one, RequestError):
            yield line_problem(line.number, one)
        else:
            yield next(left).model_dump_json().encode() + b"\n"


def _cut(error: OSError) -> str:
    return f"The stream ended early: {error}. Nothing from this line on was stored."
