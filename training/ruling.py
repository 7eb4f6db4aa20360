"""What the gate rules on a challenger, and the JSON document that it makes."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from copytaster.model.types import Tier
from copytaster.training.evaluation import plain

#: What is checked, in the order of the checks.
Check = Literal["nothing serves", "same tagger", "enough", "micro", "topic", "auto", "labels"]
#: Whether both taggers know a topic, only the challenger, or only the champion.
Status = Literal["shared", "new", "retired"]
#: What a change of tags does by the labels that are known.
Effect = Literal["better", "worse", "open"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a challenger must show.

    Attributes
    ----------
    micro_margin : float
        It passes if its micro F1 is shown to be less than this lower, with 95 % confidence.
    topic_margin : float
        A topic is refused if it is worse for certain, and its wrong decisions have grown by
        more than this share of the champion's tags and the labels together.
    alpha : float
        How often, at most, a challenger that is worse in no topic is refused for a topic; and the
        same for the promises of ``auto``.
    label_margin : float
        A topic's new labels are doubted if recall or precision is, for certain, more than this
        below what the champion was cross-validated to reach.
    fewest : int
        Fewer stories judge nothing.
    """

    micro_margin: float = 0.025
    topic_margin: float = 0.03
    alpha: float = 0.05
    label_margin: float = 0.15
    fewest: int = 50


@dataclass(frozen=True, slots=True)
class Reason:
    """One check: what it is, how it went, and in words why.

    Attributes
    ----------
    check : Check
    passed : bool
    topic : str or None
        The slug of the topic that fails it.
    words : str
        Sentences for people.
    """

    check: Check
    passed: bool
    topic: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Micro:
    """Micro F1 over the topics that both know, 0 to 1.

    Attributes
    ----------
    champion, challenger, gain : float
        ``gain`` is the challenger's less the champion's.
    low, high : float
        One-sided 95 % bounds of the gain.
    """

    champion: float
    challenger: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Side:
    """One tagger on one topic; 0 to 1, nan where undefined.

    Attributes
    ----------
    precision, recall, f1, f1_low, f1_high : float
        Of all tags; the bounds are of a 95 % interval.
    auto : float or None
        The precision that its tier ``auto`` promises, or ``None`` where it has none.
    auto_right, auto_tags : int
        Of the tags of tier ``auto``, one a story, those that are right, and all.
    """

    precision: float
    recall: float
    f1: float
    f1_low: float
    f1_high: float
    auto: float | None
    auto_right: int
    auto_tags: int


@dataclass(frozen=True, slots=True)
class TopicRuling:
    """One topic, before and after.

    Attributes
    ----------
    name, status : str, Status
    articles : int
        How many of the held-out articles carry it.
    champion, challenger : Side or None
        ``None`` for the one that does not know the topic.
    better, worse : int
        Stories on which the challenger decided better, and worse.
    chance : float
        How likely so many worse ones are from a challenger that is not worse, 0 to 1.
    growth : float
        How many more decisions are wrong, as a share of the champion's tags and the labels
        together: how much F1 that costs.
    refused : bool
        Whether the challenger is refused for this topic.
    """

    name: str
    status: Status
    articles: int
    champion: Side | None
    challenger: Side | None
    better: int
    worse: int
    chance: float
    growth: float
    refused: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A tag as a reply would give it."""

    topic: str
    confidence: float
    tier: Tier | None


@dataclass(frozen=True, slots=True)
class Change:
    """An article whose tags would change.

    Attributes
    ----------
    effect : Effect
        Whether fewer of the known labels are then decided wrongly, or more, or as many.
    id, source, line : str, str, int
        The article, and the name of the file and the line that hold it.
    published : str or None
        ``YYYY-MM-DD``.
    headline, snippet : str
        The snippet is the start of the text, 200 characters at most.
    yes, no : tuple of str
        What editors said; ``no`` are only the topics that they refused by name.
    before, after : tuple of Given
        The champion's tags and the challenger's, the most confident first.
    """

    effect: Effect
    id: str
    source: str
    line: int
    published: str | None
    headline: str
    snippet: str
    yes: tuple[str, ...]
    no: tuple[str, ...]
    before: tuple[Given, ...]
    after: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a challenger may take the champion's place, and why.

    Attributes
    ----------
    promote : bool
    champion, challenger : str or None, str
        Their versions.
    articles, stories : int
        How many articles judged them, and how many stories these make.
    published : tuple of (str, str) or None
        First and last date of these, ``YYYY-MM-DD``.
    micro : Micro or None
        ``None`` where nothing was compared.
    topics : dict of str to TopicRuling
    reasons : tuple of Reason
        The checks; all of them are passed where ``promote`` is true.
    notes : tuple of str
        What a person should know besides.
    changed : int
        Articles whose tags would change.
    changes : tuple of Change
        Those that tell most.
    limits : Limits
    """

    promote: bool
    champion: str | None
    challenger: str
    articles: int
    stories: int
    published: tuple[str, str] | None
    micro: Micro | None
    topics: dict[str, TopicRuling]
    reasons: tuple[Reason, ...]
    notes: tuple[str, ...]
    changed: int
    changes: tuple[Change, ...]
    limits: Limits

    @property
    def headline(self) -> str:
        """The ruling in one sentence."""
        if self.promote:
            return f"{self.challenger} may be promoted."
        return f"{self.challenger} is refused; {self.champion or 'nothing'} serves on."

    @property
    def words(self) -> tuple[str, ...]:
        """The ruling in sentences: the headline, then what failed, or else what was passed."""
        telling = [reason.words for reason in self.reasons if reason.passed == self.promote]
        return (self.headline, *telling, *self.notes)

    def as_json(self) -> dict[str, Any]:
        """Return the ruling by name, rounded to six digits; ``None`` for what is undefined."""
        found = {name: plain(value) for name, value in asdict(self).items()}
        return {"promote": self.promote, "words": list(self.words), **found}
