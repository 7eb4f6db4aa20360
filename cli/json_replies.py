"""Pieces of articles in, lines of JSON out, as ``copytaster tag --json`` writes them."""

from copytaster.cli import article_lines
from copytaster.cli.article_lines import Piece
from copytaster.cli.bulk import Outcome
from copytaster.model.errors import CorpusError
from copytaster.service.answers import Answerer
from copytaster.service.replier import Replier
from copytaster.service.schemas import ArticleRequest, TagQuery


class JsonReplies:
    """Answers pieces of articles with lines of JSON; safe to share between threads.

    The replies stand in the order of the lines.

    Parameters
    ----------
    replier : Replier
    query : TagQuery
    """

    def __init__(self, replier: Replier, query: TagQuery) -> None:
        self._replier = replier
        self._query = query
        self._answerer = Answerer(replier, query)

    def __call__(self, piece: Piece) -> Outcome[bytes]:
        """Return the lines that answer *piece*."""
        problems: list[CorpusError] = []
        first = piece.number
        if first is None:
            good, problems = piece.parse()
            replies = self._replier.reply(good, self._query).every
        else:

            def parse(lines: list[tuple[int, bytes]]) -> dict[int, ArticleRequest]:
                found, wrong = article_lines.parse_all(lines, piece.source, first)
                problems.extend(wrong)
                return found

            replies = list(self._answerer.answer(piece.data, parse).every.values())
        return Outcome(b"\n".join([*replies, b""]), len(replies), problems)
