"""A replier that has what it serves be kept, where the operator wants that."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copytaster.model.packed import Packed
from copytaster.model.tagger import Tagger
from copytaster.service.metrics import Metrics
from copytaster.service.replier import Replier, Replies
from copytaster.service.schemas import ArticleRequest, TagQuery
from copytaster.service.settings import Settings

if TYPE_CHECKING:
    from copytaster.service.recorder import Recorder


class Recording(Replier):
    """Replies as :class:`Replier` does, and hands the replies to a recorder.

    Parameters
    ----------
    tagger : Tagger
    recorder : Recorder
    """

    def __init__(self, tagger: Tagger, recorder: "Recorder") -> None:
        super().__init__(tagger)
        self._recorder = recorder

    def reply(self, sent: Sequence[ArticleRequest], query: TagQuery) -> Replies:
        """Return the replies to *sent*, as :meth:`Replier.reply` does."""
        found = super().reply(sent, query)
        self._recorder.offer(sent, found.every)
        return found

    def reply_packed(
        self, sent: Packed, ids: Sequence[str | int | None], query: TagQuery
    ) -> Replies:
        """Return the replies to articles in one piece, as :meth:`Replier.reply_packed` does."""
        found = super().reply_packed(sent, ids, query)
        self._recorder.offer(sent, found.every)
        return found


def recorder(settings: Settings, metrics: Metrics) -> "Recorder | None":
    """Return what keeps decisions, where *settings* ask for it and there is an archive."""
    if not settings.keep_decisions or settings.database_url is None:
        return None
    from copytaster.archive.archive import Archive  # SQLAlchemy: only who keeps decisions needs it
    from copytaster.service.recorder import Recorder

    return Recorder(Archive(settings.database_url), settings.keep_decisions, metrics)
