"""Old slugs keep their meaning, whatever becomes of their topics."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster.model import edits
from copytaster.model.errors import TaxonomyError
from copytaster.model.redirects import Labels, Redirects
from copytaster.model.taxonomy import Taxonomy, Topic

SLUGS = ("a", "b", "c", "d", "e", "f")


def topics(*slugs: str, **redirects: tuple[str, ...]) -> Taxonomy:
    """Return a taxonomy of bare topics, with redirects."""
    return Taxonomy(tuple(Topic(slug, slug) for slug in slugs), "test", Redirects(redirects))


def said(taxonomy: Taxonomy, yes: str = "", no: str = "") -> tuple[str, str, str]:
    """Return yes, no and unknown of today, for labels of one-letter slugs."""
    found = taxonomy.redirects.today(set(yes), set(no))
    return tuple("".join(sorted(kind)) for kind in found)  # type: ignore[return-value]


def test_labels_of_todays_slugs_stay_as_they_are() -> None:
    assert topics("a", "b").redirects.today({"a"}, {"b"}) == Labels(
        frozenset({"a"}), frozenset({"b"})
    )


def test_a_renamed_topic_keeps_its_yes_and_no_over_several_names() -> None:
    found = edits.rename(edits.rename(topics("a", "b"), "a", "c"), "c", "d")
    assert said(found, yes="a") == said(found, yes="c") == ("d", "", "")
    assert said(found, no="a", yes="b") == ("b", "d", "")


def test_what_is_said_of_todays_slug_goes_before_what_an_old_one_says() -> None:
    found = edits.rename(topics("a"), "a", "b")
    assert said(found, yes="a", no="b") == ("", "b", "")
    assert said(found, yes="b", no="a") == ("b", "", "")


def test_a_yes_to_a_merged_topic_is_a_yes_and_a_no_to_a_part_alone_is_nothing() -> None:
    found = edits.merge(topics("a", "b", "c"), ["a"], "b")
    assert said(found, yes="a") == ("b", "", "")
    assert said(found, yes="a", no="b") == ("", "b", "")
    assert said(found, no="a") == ("", "", "")
    assert said(found, no="ab") == ("", "b", "")


def test_topics_redirected_to_a_new_one_are_a_no_when_each_of_them_is() -> None:
    found = topics("m", a=("m",), b=("m",))
    assert said(found, no="ab") == ("", "m", "")
    assert said(found, no="a") == ("", "", "")
    assert said(found, no="a", yes="b") == ("m", "", "")


def test_of_a_split_topic_a_yes_is_unknown_and_a_no_is_a_no_to_each_part() -> None:
    found = edits.split(topics("a", "b", "c"), "a", ["b", "c"])
    assert said(found, yes="a") == ("", "", "bc")
    assert said(found, yes="ab") == ("b", "", "c")
    assert said(found, no="a") == ("", "bc", "")
    onward = edits.rename(found, "b", "d")
    assert said(onward, yes="a") == ("", "", "cd")
    assert said(onward, no="a") == ("", "cd", "")


def test_labels_of_a_retired_topic_mean_nothing() -> None:
    found = edits.retire(topics("a", "b"), ["a"])
    assert said(found, yes="ab") == ("b", "", "")
    assert said(edits.retire(edits.rename(topics("a", "b"), "a", "c"), ["c"]), yes="a") == (
        "",
        "",
        "",
    )


def test_a_name_may_be_taken_back_and_a_retired_slug_may_come_again() -> None:
    back = edits.rename(edits.rename(topics("a"), "a", "b"), "b", "a")
    assert back.slugs == ("a",)
    assert said(back, yes="b") == ("a", "", "")
    again = edits.add(edits.retire(topics("a", "b"), ["a"]), Topic("a", "A"))
    assert said(again, yes="a") == ("a", "", "")


def test_a_circle_is_refused_by_name() -> None:
    with pytest.raises(TaxonomyError, match="in a circle: a -> b -> c -> a"):
        Redirects({"a": ("b",), "b": ("c",), "c": ("a",)})


@pytest.mark.parametrize(
    ("redirects", "message"),
    [
        ([], "redirects: expected"),
        ({"x": "a"}, "redirects: x: expected a list of slugs, or null"),
        ({"x": []}, "redirects: x: expected a list"),
        ({"x": ["b"]}, "x: is redirected to 'b', which is not a topic"),
        ({"a": None}, "a: is a topic, so it cannot be redirected"),
        ({"x": ["y"], "y": ["x"]}, "in a circle: x -> y -> x"),
    ],
)
def test_what_is_wrong_with_redirects_is_named(
    tmp_path: Path, redirects: object, message: str
) -> None:
    path = tmp_path / "taxonomy.json"
    path.write_text(json.dumps({"topics": [{"slug": "a"}], "redirects": redirects}))
    with pytest.raises(TaxonomyError, match=message):
        Taxonomy.load(path)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda now: edits.add(now, Topic("a", "A")), "'a' is a topic already"),
        (lambda now: edits.add(now, Topic("A!", "A")), "slug must be lower-case"),
        (lambda now: edits.add(now, Topic("o", "O")), "'o' is an old slug that means a"),
        (lambda now: edits.add(now, Topic("x", "X", parent="y")), "the parent 'y' is not"),
        (lambda now: edits.rename(now, "a", "b"), "merge 'a' into it"),
        (lambda now: edits.rename(now, "z", "y"), "no topic 'z'"),
        (lambda now: edits.rename(now, "o", "y"), "'o' is an old slug; it means a"),
        (lambda now: edits.merge(now, ["a"], "a"), "cannot be merged into itself"),
        (lambda now: edits.split(now, "a", ["b"]), "needs two other topics"),
        (lambda now: edits.split(now, "a", ["b", "x"]), "add the parts first"),
        (lambda now: edits.retire(now, ["a", "b"]), "needs a topic"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_the_reason(
    edit: Callable[[Taxonomy], Taxonomy], message: str
) -> None:
    with pytest.raises(TaxonomyError, match=message):
        edit(topics("a", "b", o=("a",)))


def test_children_of_a_topic_that_goes_are_below_its_heir_or_the_next_above() -> None:
    family = Taxonomy(
        (Topic("a", "A"), Topic("b", "B", parent="a"), Topic("c", "C", parent="b"), Topic("d", "D"))
    )
    parent = {topic.slug: topic.parent for topic in edits.retire(family, ["b"])}
    assert parent == {"a": None, "c": "a", "d": None}
    parent = {topic.slug: topic.parent for topic in edits.merge(family, ["b"], "d")}
    assert parent == {"a": None, "c": "d", "d": None}
    parent = {topic.slug: topic.parent for topic in edits.rename(family, "a", "z")}
    assert parent == {"z": None, "b": "z", "c": "b", "d": None}


def test_a_taxonomy_comes_back_as_it_was_written_and_other_fields_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.json"
    path.write_text(
        json.dumps({"name": "Desk", "topics": [{"slug": "a"}], "redirects": {"x": None}})
    )
    found = edits.split(edits.merge(topics("a", "b", "c", "d"), ["a"], "b"), "b", ["c", "d"])
    edits.write(found, path)
    read = Taxonomy.load(path)
    assert read == found
    assert read.digest == found.digest
    assert json.loads(path.read_text())["name"] == "Desk"
    edits.write(topics("a"), path)
    assert "redirects" not in json.loads(path.read_text())


def test_redirects_within_some_topics_lead_to_these_alone() -> None:
    found = topics("c", "d", a=("b",), b=("c",), x=("d",), d=("d",)).redirects
    assert found.within(frozenset({"c"})).targets == {"a": ("b",), "b": ("c",)}
    assert found.within(frozenset({"b", "d"})).targets == {"a": ("b",), "x": ("d",), "d": ("d",)}


_EDITS = st.lists(
    st.tuples(
        st.sampled_from(["add", "rename", "merge", "split", "retire"]),
        st.permutations(SLUGS),
    ),
    max_size=12,
)


@given(_EDITS, st.sets(st.sampled_from(SLUGS)), st.sets(st.sampled_from(SLUGS)))
def test_after_any_edits_labels_of_any_slug_ever_used_are_of_todays_topics(
    made: list[tuple[str, list[str]]], yes: set[str], no: set[str]
) -> None:
    now, used = topics("a", "b"), {"a", "b"}
    for kind, (one, two, three, *_) in made:
        try:
            now = {
                "add": lambda: edits.add(now, Topic(one, one)),  # noqa: B023  # called at once
                "rename": lambda: edits.rename(now, one, two),  # noqa: B023
                "merge": lambda: edits.merge(now, [one], two),  # noqa: B023
                "split": lambda: edits.split(now, one, [two, three]),  # noqa: B023
                "retire": lambda: edits.retire(now, [one]),  # noqa: B023
            }[kind]()
        except TaxonomyError:
            continue
        used |= set(now.slugs)
    found = now.redirects.today(yes & used, no & used)
    assert found.yes | found.no | found.unknown <= set(now.slugs)
    assert not found.yes & found.no
    assert not found.unknown & (found.yes | found.no)
    assert found.yes >= yes & set(now.slugs)
    assert found.no >= (no - yes) & set(now.slugs)
    assert now.redirects.today(found.yes, found.no) == Labels(found.yes, found.no)
