"""Articles with editors' labels, and what can be wrong with them."""

from dataclasses import dataclass, field
from typing import Literal

from copytaster.model.types import Article

ProblemKind = Literal["broken encoding", "malformed", "duplicate id", "empty text", "unknown topic"]


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """An article and what editors said of it.

    Attributes
    ----------
    article : Article
        Its ``id`` is never ``None``: a file's line stands in for a missing one.
    yes, no : frozenset of str
        Slugs that an editor put on it, and slugs that an editor refused.
    complete : bool
        Whether a topic in neither set is a no; where not, it is unknown.
    group : str or None
        Articles of one group never fall on both sides of a train / held-out split, nor do
        those of one chain.
    split : str or None
        The part of a published split that it belongs to, where the corpus has one.
    source, line : str, int
        File and line that it was read from.
    digest : str or None
        From the archive, the SHA-256, in hex, of headline and text as they came, also where only
        their words were kept; else ``None``.
    whole : bool
        Whether headline and text are as they came, and not their words in alphabetical order.
    """

    article: Article
    yes: frozenset[str]
    no: frozenset[str]
    complete: bool
    group: str | None
    split: str | None
    source: str
    line: int
    digest: str | None = field(default=None, compare=False)
    whole: bool = field(default=True, compare=False)

    @property
    def id(self) -> str:
        """The article's identifier."""
        return self.article.id or f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file of labelled articles that training cannot use.

    Attributes
    ----------
    kind : str
        One of five kinds.
    source, line : str, int
        File and line, counted from 1.
    detail : str
        What is wrong and, where it helps, what to do.
    """

    kind: ProblemKind
    source: str
    line: int
    detail: str
