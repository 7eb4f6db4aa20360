"""One article in, its reply out."""

from copytaster.model.tagger import Tagger
from copytaster.service import replies
from copytaster.service.metrics import Metrics
from copytaster.service.schemas import ArticleRequest, TagQuery


class Single:
    """Tags single articles, and counts them.

    Parameters
    ----------
    tagger : Tagger
    metrics : Metrics
    """

    def __init__(self, tagger: Tagger, metrics: Metrics) -> None:
        self._tagger = tagger
        self._metrics = metrics

    def reply(self, sent: ArticleRequest, query: TagQuery) -> bytes:
        """Return the reply to *sent*, as JSON."""
        found = self._tagger.tag(
            [sent.article()], explain=query.explain, everything=query.all, limit=query.limit
        )
        self._metrics.tagged(found)
        return replies.tagging(found[0], sent.id, explain=query.explain)
