"""What a new statement about an article changes in the labels that it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from copytaster.archive.labelled import LabelledArticle

#: Where a label came from: a file of articles, or somebody who decides.
Origin = Literal["import", "editor"]


@dataclass(frozen=True, slots=True)
class Held:
    """A label as it stands.

    Attributes
    ----------
    yes : bool
    origin : {"import", "editor"}
    """

    yes: bool
    origin: str


def changes(
    held: Mapping[str, Held], stated: LabelledArticle, origin: Origin
) -> dict[str, bool | None]:
    """Return the labels that *stated* changes: yes, no, or ``None`` for one that is withdrawn.

    A file never overrules an editor, so that importing it again undoes no decision. Whoever
    states all topics of an article (``complete``) withdraws what he does not state.

    Parameters
    ----------
    held : mapping of str to Held
        The labels that the article has, by topic.
    stated : LabelledArticle
    origin : {"import", "editor"}
        Of the statement.
    """
    wanted = dict.fromkeys(stated.yes, True) | dict.fromkeys(stated.no, False)
    found: dict[str, bool | None] = {}
    for topic, yes in wanted.items():
        now = held.get(topic)
        if now is None or (now.yes != yes and _may(origin, now)):
            found[topic] = yes
        elif origin == "editor" and now.origin == "import":
            found[topic] = yes  # confirmed: from now on no file overrules it
    for topic, now in held.items():
        whole = stated.complete if origin == "editor" else now.origin == "import"
        if topic not in wanted and whole and (now.yes or origin == "import"):
            found[topic] = None
    return found


def _may(origin: Origin, now: Held) -> bool:
    return origin == "editor" or now.origin == "import"
