"""Many articles: read, tagged and written side by side, in order and in constant memory."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from copytaster.cli.article_lines import Raw
from copytaster.model.errors import CorpusError
from copytaster.model.types import Article, Tagging
from copytaster.service.schemas import ArticleRequest

#: Articles that a thread tags at once.
BATCH = 128
#: Batches that wait for each thread, read or still to be written.
_AHEAD = 3

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Batch(Generic[Answer]):
    """What came of some articles that stood one after the other.

    Attributes
    ----------
    answers : list
        One for each article that could be read, in order.
    problems : list of str
        What is wrong with each of the others.
    n_bytes : int
        How much was read.
    """

    answers: list[Answer]
    problems: list[str]
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Work(Generic[Answer]):
    """What is done with a batch, in a thread.

    Attributes
    ----------
    tag : callable
        Tags articles; it releases the GIL while it scores, so that threads pay.
    answer : callable
        Makes of an article and its tagging what the caller wants.
    """

    tag: Callable[[list[Article]], list[Tagging]]
    answer: Callable[[ArticleRequest, Tagging], Answer]

    def __call__(self, raws: list[Raw]) -> Batch[Answer]:
        """Do it."""
        sent, problems = [], []
        for raw in raws:
            try:
                sent.append(raw.parse())
            except CorpusError as error:
                problems.append(str(error))
        found = self.tag([item.article() for item in sent])
        answers = [self.answer(item, tagging) for item, tagging in zip(sent, found, strict=True)]
        return Batch(answers, problems, sum(len(raw.data) for raw in raws))


def run(
    raws: Iterable[Raw], work: Work[Answer], threads: int | None = None, size: int = BATCH
) -> Iterator[Batch[Answer]]:
    """Yield what comes of the articles, in their order.

    No more than a few batches are in memory, however many articles there are: reading waits for
    those who take the results.

    Parameters
    ----------
    raws : iterable of Raw
    work : Work
    threads : int or None
        ``None``: as many as there are processors.
    size : int
        Articles in a batch.
    """
    source = iter(raws)
    threads = threads or os.cpu_count() or 1
    waiting: deque[Future[Batch[Answer]]] = deque()
    with ThreadPoolExecutor(threads, "copytaster-tag") as pool:
        while batch := list(islice(source, size)):
            waiting.append(pool.submit(work, batch))
            while waiting and (size == 1 or len(waiting) > _AHEAD * threads or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
