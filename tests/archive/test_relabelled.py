"""Articles with labels of any age."""

from pathlib import Path

import pytest

from copytaster.archive import relabelled
from copytaster.archive.archive import Archive
from copytaster.archive.importing import Import, Source
from copytaster.archive.naming import Names
from copytaster.archive.store import Store
from copytaster.model import edits
from copytaster.model.taxonomy import Taxonomy, Topic
from tests.stories import labelled, write_jsonl


@pytest.fixture
def taxonomy(small_taxonomy: Taxonomy) -> Taxonomy:
    """Trade was renamed to commerce; leisure was split into sport and travel."""
    wide = edits.rename(small_taxonomy, "trade", "commerce")
    return edits.split(
        edits.rename(edits.add(wide, Topic("leisure", "Leisure")), "leisure", "l"),
        "l",
        ["sport", "travel"],
    )


def test_a_renamed_topic_is_renamed_in_the_article(taxonomy: Taxonomy) -> None:
    found = relabelled.today(labelled(1, "", "x", ("trade",)), taxonomy)
    assert (set(found.yes), found.complete) == ({"commerce"}, True)


def test_a_complete_article_of_a_split_topic_says_no_by_name_to_all_but_the_parts(
    taxonomy: Taxonomy,
) -> None:
    found = relabelled.today(labelled(1, "", "x", ("leisure",)), taxonomy)
    assert (set(found.yes), set(found.no), found.complete) == (set(), {"commerce"}, False)


def test_an_article_of_today_is_left_alone(taxonomy: Taxonomy) -> None:
    item = labelled(1, "", "x", ("sport",))
    assert relabelled.today(item, taxonomy) is item


def test_an_import_takes_old_slugs_for_what_they_mean(
    taxonomy: Taxonomy, tmp_path: Path, url: str
) -> None:
    lines = [
        {"id": "a1", "text": "Steel.", "topics": ["trade"]},
        {"id": "a2", "text": "Goal.", "topics": ["leisure", "Sport"]},
    ]
    problems: list[object] = []
    archive = Archive(url)
    run = Import(archive, problems.append, lambda _: None)
    run.run(Source(write_jsonl(tmp_path / "a.jsonl", lines), None, Names(taxonomy)))
    with archive.reading() as connection:
        found = {
            one.id: (set(one.yes), set(one.no), one.complete) for one in Store(connection).each()
        }
    archive.database.engine.dispose()
    assert problems == []
    assert found == {
        "a1": ({"commerce"}, set(), True),
        "a2": ({"sport"}, {"commerce"}, False),
    }
