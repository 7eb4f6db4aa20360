"""What belongs together, and what does not."""

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.types import Article
from copytaster.training.stories import groups, stories


def item(
    name: str, text: str | None = None, chain: str | None = None, group: str | None = None
) -> LabelledArticle:
    """Return an article whose text is its own unless given."""
    article = Article(text or f"text of {name}", id=name, chain=chain)
    nothing: frozenset[str] = frozenset()
    return LabelledArticle(article, nothing, nothing, True, group, None, "tests", 1)  # noqa: FBT003


def test_unrelated_articles_are_stories_of_their_own_in_order() -> None:
    assert stories([item("a"), item("b"), item("c")]).tolist() == [0, 1, 2]


def test_an_update_belongs_to_the_article_that_it_names_also_through_others() -> None:
    items = [item("x"), item("a"), item("b", chain="a"), item("c", chain="b")]
    assert stories(items).tolist() == [0, 1, 1, 1]


def test_a_chain_may_be_named_by_what_is_no_article() -> None:
    assert stories([item("a", chain="flood"), item("b", chain="flood")]).tolist() == [0, 0]


def test_equal_texts_are_one_story() -> None:
    assert stories([item("a", "same"), item("b"), item("c", "same")]).tolist() == [0, 1, 0]


def test_a_group_keeps_articles_together_but_makes_them_no_story() -> None:
    items = [item("a", group="g"), item("b", group="g"), item("c", chain="b", group="h")]
    assert groups(items, stories(items)).tolist() == [0, 0, 0]
    assert stories(items).tolist() == [0, 1, 1]


def test_nearly_equal_texts_are_one_story_also_through_others() -> None:
    text = "dockers in the port ended a strike of nine days after employers offered them a rise"
    more, most = f"{text} of four per cent", f"{text} of four per cent over the next two years"
    items = [item("a", text), item("b"), item("c", most), item("d", more)]
    assert stories(items).tolist() == [0, 1, 0, 0]
    assert stories(
        [item("a", text), item("x", chain="flood"), item("b", more, chain="flood")]
    ).tolist() == [0, 0, 0]
