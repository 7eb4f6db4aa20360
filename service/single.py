"""One article in, its reply out."""

from copytaster.service.live import Live
from copytaster.service.schemas import ArticleRequest, TagQuery


class Single:
    """Tags single articles by what serves now, and counts them.

    Parameters
    ----------
    live : Live
    """

    def __init__(self, live: Live) -> None:
        self._live = live

    def reply(self, sent: ArticleRequest, query: TagQuery) -> bytes:
        """Return the reply to *sent*, as JSON."""
        now = self._live.now
        replies = now.replier.reply([sent], query)
        self._live.metrics.tagged(1, replies.counted, now.columns)
        return replies.every[0]
