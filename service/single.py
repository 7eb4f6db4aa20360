"""One article in, its reply out."""

from copytaster.service.metrics import Metrics
from copytaster.service.replier import Replier
from copytaster.service.schemas import ArticleRequest, TagQuery


class Single:
    """Tags single articles, and counts them.

    Parameters
    ----------
    replier : Replier
    metrics : Metrics
    """

    def __init__(self, replier: Replier, metrics: Metrics) -> None:
        self._replier = replier
        self._metrics = metrics

    def reply(self, sent: ArticleRequest, query: TagQuery) -> bytes:
        """Return the reply to *sent*, as JSON."""
        replies = self._replier.reply([sent], query)
        self._metrics.tagged(1, replies.counted)
        return replies.every[0]
