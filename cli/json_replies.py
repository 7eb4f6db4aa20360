"""Pieces of articles in, lines of JSON out, as ``copytaster tag --json`` writes them."""

from collections.abc import Sequence
from itertools import chain

from copytaster.cli import article_lines
from copytaster.cli.article_lines import Piece
from copytaster.cli.bulk import Outcome
from copytaster.model.errors import CorpusError
from copytaster.service import reader
from copytaster.service.replier import Replier
from copytaster.service.schemas import ArticleRequest, TagQuery


class JsonReplies:
    """Answers pieces of articles with lines of JSON; safe to share between threads.

    Lines that are plainly right are read, tagged and answered without the GIL; the others go the
    way of single articles, and the replies stand in the order of the lines.

    Parameters
    ----------
    replier : Replier
    query : TagQuery
    """

    def __init__(self, replier: Replier, query: TagQuery) -> None:
        self._replier = replier
        self._query = query
        self._is_fast = replier.is_fast(query) and reader.available()

    def __call__(self, piece: Piece) -> Outcome[bytes]:
        """Return the lines that answer *piece*."""
        if piece.number is None or not self._is_fast:
            good, problems = piece.parse()
            return _outcome(self._replies(good), problems)
        found = reader.read(piece.data)
        replies = self._replier.reply_packed(found.articles, found.ids, self._query).every
        if not found.odd:
            return _outcome(replies, [])
        odd, problems = article_lines.parse_all(found.odd, piece.source, piece.number)
        rest = zip(odd, self._replies(list(odd.values())), strict=True)
        every = dict(chain(zip(found.lines, replies, strict=True), rest))
        return _outcome([every[at] for at in sorted(every)], problems)

    def _replies(self, sent: Sequence[ArticleRequest]) -> list[bytes]:
        return self._replier.reply(sent, self._query).every


def _outcome(replies: list[bytes], problems: Sequence[CorpusError]) -> Outcome[bytes]:
    return Outcome(b"\n".join([*replies, b""]), len(replies), problems)
