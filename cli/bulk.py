"""Many articles: read, tagged and written side by side, in order and in constant memory."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from copytaster.cli.article_lines import Piece
from copytaster.model.errors import CorpusError
from copytaster.service.schemas import ArticleRequest

#: Bytes, and a little more, that a thread takes at once: some fifty articles or more.
BATCH = 1 << 17
#: Batches that wait for each thread, read or still to be written.
_AHEAD = 3

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Answer]):
    """What came of one piece.

    Attributes
    ----------
    answer : Answer
        To the articles that could be read, in order.
    articles : int
        How many they are.
    problems : sequence of CorpusError
        What is wrong with each of the others.
    """

    answer: Answer
    articles: int
    problems: Sequence[CorpusError]


#: What is done with a piece, in a thread; it pays where the GIL is released.
Work = Callable[[Piece], Outcome[Answer]]


@dataclass(frozen=True, slots=True)
class Batch(Generic[Answer]):
    """What came of some pieces that stood one after the other.

    Attributes
    ----------
    outcomes : list of Outcome
        Of each piece.
    n_bytes : int
        How much was read.
    """

    outcomes: list[Outcome[Answer]]
    n_bytes: int


def parsed(work: Callable[[Sequence[ArticleRequest]], Answer]) -> Work[Answer]:
    """Return what does *work* with the articles of a piece that can be read."""

    def on_piece(piece: Piece) -> Outcome[Answer]:
        good, problems = piece.parse()
        return Outcome(work(good), len(good), problems)

    return on_piece


def run(
    pieces: Iterable[Piece],
    work: Work[Answer],
    threads: int | None = None,
    *,
    size: int = BATCH,
    at_once: bool = False,
) -> Iterator[Batch[Answer]]:
    """Yield what comes of the articles, in their order.

    No more than a few batches are in memory, however many articles there are: reading waits for
    those who take the results.

    Parameters
    ----------
    pieces : iterable of Piece
    work : Work
    threads : int or None
        ``None``: as many as there are processors.
    size : int
        Bytes of which a batch is made, or a little more.
    at_once : bool
        Whether each piece is answered before the next is read.
    """
    threads = threads or os.cpu_count() or 1
    waiting: deque[Future[Batch[Answer]]] = deque()
    with ThreadPoolExecutor(threads, "copytaster-tag") as pool:
        for batch in _batches(pieces, 1 if at_once else size):
            waiting.append(pool.submit(_done, work, batch))
            while waiting and (at_once or len(waiting) > _AHEAD * threads or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _batches(pieces: Iterable[Piece], size: int) -> Iterator[list[Piece]]:
    batch: list[Piece] = []
    n_bytes = 0
    for piece in pieces:
        batch.append(piece)
        n_bytes += len(piece.data)
        if n_bytes >= size:
            yield batch
            batch, n_bytes = [], 0
    if batch:
        yield batch


def _done(work: Work[Answer], pieces: list[Piece]) -> Batch[Answer]:
    outcomes = [work(piece) for piece in pieces]
    return Batch(outcomes, sum(len(piece.data) for piece in pieces))
