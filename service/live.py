"""What serves now: held whole, so that it is swapped whole.

Whoever answers a request takes :attr:`Live.now` once, at its beginning, and keeps to it: so no
batch and no stream mixes two versions.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from copytaster.model import edits
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.service.metrics import SWAPS, Metrics
from copytaster.service.recording import Recording
from copytaster.service.replier import Replier
from copytaster.service.schemas import TopicsReply

if TYPE_CHECKING:
    from copytaster.service.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Serving:
    """A tagger, with all that was made of it.

    Attributes
    ----------
    name : str
        The folder of the version in the registry; usually the version.
    tagger : Tagger
    replier : Replier
    columns : list of int
        Where the replies' counts go: :meth:`copytaster.service.metrics.Metrics.columns`.
    """

    name: str
    tagger: Tagger
    replier: Replier
    columns: list[int]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A champion that does not serve.

    Attributes
    ----------
    version : str or None
        ``None`` where the pointer names none that is here.
    why : str
        What is wrong, and what to do.
    """

    version: str | None
    why: str


class Live:
    """The tagger of one process, and what it is told of the champion.

    Attributes
    ----------
    now : Serving
    champion : str or None
        The version that the registry names; ``None`` where it names none, or nobody looks.
    refused : Refusal or None
        Why the champion is not what serves; ``None`` where it is.
    recorder : Recorder or None
        What keeps the replies, if they are kept.
    topics : Taxonomy
        What labels are taken for: the topics that serve, and behind them those of the newsroom's
        own file that wait for a training.
    listing : bytes
        The reply to ``GET /topics``, as JSON.
    unread : str or None
        Why nothing is known of that file; ``None`` where it was read, or there is none.

    Parameters
    ----------
    tagger : Tagger
    metrics : Metrics
    name : str or None
        The folder of the version; ``None`` for its version.
    recorder : Recorder or None
        What keeps the replies, if they are kept.
    """

    def __init__(
        self,
        tagger: Tagger,
        metrics: Metrics,
        name: str | None = None,
        recorder: "Recorder | None" = None,
    ) -> None:
        self.metrics = metrics
        self.recorder = recorder
        self.now = self._serving(tagger, name or tagger.version)
        self.champion: str | None = None
        self.refused: Refusal | None = None
        self.unread: str | None = None
        self._wanted: Taxonomy | None = None
        self.topics, self.listing = self._listed(tagger)

    def swap(self, tagger: Tagger, name: str) -> None:
        """Serve *tagger*, the version in the folder *name*, from the next request on."""
        serving = self._serving(tagger, name)
        listed = self._listed(tagger)
        self.now = serving
        self.topics, self.listing = listed
        self.metrics.add(SWAPS)

    def expect(self, wanted: Taxonomy | None, unread: str | None = None) -> None:
        """Take labels for the topics *wanted* too, of which ``None`` is known where *unread*."""
        self._wanted, self.unread = wanted, unread
        self.topics, self.listing = self._listed(self.now.tagger)

    def _listed(self, tagger: Tagger) -> tuple[Taxonomy, bytes]:
        """Return what labels are taken for beside a tagger, and the reply that lists its topics."""
        topics = edits.beside(tagger.taxonomy, self._wanted)
        return topics, TopicsReply.of(tagger, topics).model_dump_json().encode()

    def _serving(self, tagger: Tagger, name: str) -> Serving:
        return Serving(
            name=name,
            tagger=tagger,
            replier=Recording(tagger, self.recorder) if self.recorder else Replier(tagger),
            columns=self.metrics.columns(tagger.taxonomy),
        )
