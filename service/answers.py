"""Lines of articles in, replies out: for streams, and for ``copytaster tag --json``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from copytaster.service import reader
from copytaster.service.replier import Replier
from copytaster.service.schemas import ArticleRequest, TagQuery

#: Returns the articles of lines that are odd, by their places; it leaves out, and may note, what
#: is wrong.
Parse = Callable[[list[tuple[int, bytes]]], dict[int, ArticleRequest]]


@dataclass(frozen=True, slots=True)
class Answers:
    """Replies to some lines.

    Attributes
    ----------
    every : dict of int to bytes
        Each is JSON, by the place of its line, from 0, and in that order.
    counted : iterable of int
        What they count for, as :mod:`copytaster.service.tally` says.
    """

    every: dict[int, bytes]
    counted: Iterable[int]


class Answerer:
    """Answers lines of articles; safe to share between threads.

    Lines that are plainly right are read, tagged and answered without the GIL; the others go the
    way of single articles.

    Parameters
    ----------
    replier : Replier
    query : TagQuery
    words : bool
        Whether an article without a word is odd.
    """

    def __init__(self, replier: Replier, query: TagQuery, *, words: bool = False) -> None:
        self._replier = replier
        self._query = query
        self._words = words
        self._is_fast = replier.is_fast(query)

    def answer(self, data: bytes, parse: Parse) -> Answers:
        """Return the replies to the lines in *data*, of which *parse* reads those that are odd."""
        found = reader.read(data, words=self._words) if self._is_fast else reader.unread(data)
        places, replies, counted = found.lines, list[bytes](), list[Iterable[int]]()
        if places:
            plain = self._replier.reply_packed(found.articles, found.ids, self._query)
            replies, counted = plain.every, [plain.counted]
        every = dict(zip(places, replies, strict=True))
        if found.odd:
            odd = parse(found.odd)
            rest = self._replier.reply(list(odd.values()), self._query)
            every |= zip(odd, rest.every, strict=True)
            every = {at: every[at] for at in sorted(every)}
            counted.append(rest.counted)
        return Answers(every, chain.from_iterable(counted))
