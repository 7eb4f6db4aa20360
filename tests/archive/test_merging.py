"""What a statement about an article changes."""

from hypothesis import given
from hypothesis import strategies as st

from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.merging import Held, Origin, changes
from copytaster.model.types import Article

TOPICS = st.sampled_from(["taiwan", "trade", "travel", "sport"])
HELD = st.dictionaries(
    TOPICS, st.builds(Held, st.booleans(), st.sampled_from(["import", "editor"]))
)
ORIGINS: st.SearchStrategy[Origin] = st.sampled_from(["import", "editor"])


def stated(labels: dict[str, bool], *, complete: bool) -> LabelledArticle:
    """Return an article with labels."""
    yes = frozenset(topic for topic, one in labels.items() if one)
    no = frozenset(labels) - yes
    return LabelledArticle(Article("x"), yes, no, complete, None, None, "s", 1)


STATED = st.builds(
    lambda labels, complete: stated(labels, complete=complete),
    st.dictionaries(TOPICS, st.booleans()),
    st.booleans(),
)


def after(held: dict[str, Held], said: LabelledArticle, origin: Origin) -> dict[str, Held]:
    """Return the labels once the changes are made."""
    found = dict(held)
    for topic, yes in changes(held, said, origin).items():
        if yes is None:
            del found[topic]
        else:
            found[topic] = Held(yes, origin)
    return found


@given(HELD, STATED, ORIGINS)
def test_saying_it_again_changes_nothing(
    held: dict[str, Held], said: LabelledArticle, origin: Origin
) -> None:
    assert changes(after(held, said, origin), said, origin) == {}


@given(HELD, STATED)
def test_a_file_leaves_what_an_editor_said(held: dict[str, Held], said: LabelledArticle) -> None:
    now = after(held, said, "import")
    for topic, one in held.items():
        if one.origin == "editor":
            assert now[topic] == one


@given(HELD, STATED)
def test_what_an_editor_states_holds(held: dict[str, Held], said: LabelledArticle) -> None:
    now = after(held, said, "editor")
    assert {topic for topic, one in now.items() if one.yes} >= said.yes
    assert {topic for topic, one in now.items() if not one.yes} >= said.no
    if said.complete:
        assert {topic for topic, one in now.items() if one.yes} == said.yes
