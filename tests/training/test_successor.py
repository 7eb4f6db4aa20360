"""A tagger follows its newsroom's topics without being trained again."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from copytaster.model import edits
from copytaster.model.manifest import SEEN
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.types import Article
from copytaster.training import fit, following, saving, successor
from copytaster.training.config import DESK, Recipe
from tests.stories import SMALL, as_corpus

TEXTS = [Article(text, headline) for headline, text, _ in SMALL]
HEALTH = Topic("health", "Health", "In: illness.", terms=("Covid-19", "the virus"))
Follow = Callable[[Taxonomy], successor.Successor]


@pytest.fixture
def registry(small_folder: Path, tmp_path: Path) -> Registry:
    """A registry with the small tagger alone."""
    (tmp_path / small_folder.name).symlink_to(small_folder)
    return Registry(tmp_path)


@pytest.fixture
def follow(registry: Registry, small_folder: Path) -> Follow:
    """What follows a taxonomy from the small tagger on."""
    return lambda wanted: successor.follow(small_folder.name, wanted, lambda: TEXTS, registry)


def load(registry: Registry, found: successor.Successor) -> Tagger:
    """Open the version that followed; its golden inputs are replayed."""
    assert found.version is not None
    return Tagger.load(registry.folder(found.version))


def tags(tagger: Tagger) -> list[dict[str, tuple[float, str | None]]]:
    """Return confidence and tier of every topic, text by text."""
    every = tagger.tag(TEXTS, everything=True)
    return [{tag.topic: (tag.confidence, tag.tier) for tag in one.tags} for one in every]


def test_an_added_topic_is_suggested_at_once_and_all_other_tags_stay(
    registry: Registry, small_tagger: Tagger, small_taxonomy: Taxonomy, follow: Follow
) -> None:
    tagger = load(registry, follow(edits.add(small_taxonomy, HEALTH)))
    assert tagger.taxonomy.slugs == ("trade", "sport", "travel", "health")
    (found,) = tagger.tag([Article("The virus closes schools.", "Covid-19 cases rise")])
    assert {tag.topic: tag.tier for tag in found.tags}["health"] == "suggest"
    after = tags(tagger)
    for one in after:
        del one["health"]
    assert after == tags(small_tagger)


def test_the_manifest_tells_what_was_added(
    registry: Registry, small_folder: Path, small_taxonomy: Taxonomy, follow: Follow
) -> None:
    tagger = load(registry, follow(edits.add(small_taxonomy, HEALTH)))
    (step,) = tagger.manifest.data[successor.FOLLOWED]
    assert step["from"] == small_folder.name
    assert "covid" in step["added"]["health"]["words"]
    assert tagger.manifest.metrics["topics"]["health"]["articles"] == 0
    assert tagger.manifest.golden[-1].text


def test_what_a_tagger_has_seen_its_successor_has_seen(
    registry: Registry, small_folder: Path, small_taxonomy: Taxonomy, follow: Follow
) -> None:
    tagger = load(registry, follow(edits.add(small_taxonomy, HEALTH)))
    there = registry.folder(tagger.version) / SEEN
    assert there.read_bytes() == (small_folder / SEEN).read_bytes()


def test_a_renamed_topic_keeps_its_column_and_old_slugs_their_meaning(
    registry: Registry, small_tagger: Tagger, small_taxonomy: Taxonomy, follow: Follow
) -> None:
    tagger = load(registry, follow(edits.rename(small_taxonomy, "trade", "commerce", "Commerce")))
    assert tagger.taxonomy.slugs == ("commerce", "sport", "travel")
    assert tagger.taxonomy.redirects.ends("trade") == ("commerce",)
    before = tags(small_tagger)
    for one in before:
        one["commerce"] = one.pop("trade")
    assert tags(tagger) == before
    assert tagger.manifest.metrics["topics"]["commerce"]["articles"] > 0


def test_a_retired_topic_is_tagged_no_more(
    registry: Registry, small_tagger: Tagger, small_taxonomy: Taxonomy, follow: Follow
) -> None:
    tagger = load(registry, follow(edits.retire(small_taxonomy, ["sport"])))
    before = tags(small_tagger)
    for one in before:
        del one["sport"]
    assert tags(tagger) == before


def test_a_merger_waits_for_a_training_and_both_topics_go_on(
    registry: Registry, small_taxonomy: Taxonomy, follow: Follow
) -> None:
    found = follow(edits.merge(small_taxonomy, ["sport"], "travel"))
    assert found.waiting == ("sport: is a part of travel from the next training on",)
    tagger = load(registry, found)
    assert tagger.taxonomy.slugs == small_taxonomy.slugs
    assert "sport" not in tagger.taxonomy.redirects


def test_a_split_topic_gives_way_to_its_parts(
    registry: Registry, small_taxonomy: Taxonomy, follow: Follow
) -> None:
    wide = edits.add(small_taxonomy, Topic("ball", "Ball", terms=("cup", "goal")))
    wide = edits.add(wide, Topic("running", "Running", terms=("marathon", "sprinter")))
    tagger = load(registry, follow(edits.split(wide, "sport", ["ball", "running"])))
    assert tagger.taxonomy.slugs == ("trade", "travel", "ball", "running")
    assert tagger.taxonomy.redirects.ends("sport") == ("ball", "running")


def test_a_topic_without_terms_or_definition_waits(
    small_taxonomy: Taxonomy, follow: Follow
) -> None:
    found = follow(edits.add(small_taxonomy, Topic("x", "X")))
    assert found.version is None
    assert found.waiting == ("x: has neither signature terms nor a definition to begin with",)


def test_following_what_is_followed_makes_no_version(
    registry: Registry, small_taxonomy: Taxonomy, follow: Follow
) -> None:
    wanted = edits.add(small_taxonomy, HEALTH)
    first = follow(wanted)
    assert first.version is not None
    again = successor.follow(first.version, wanted, lambda: TEXTS, registry)
    assert (again.version, again.waiting) == (None, ())
    assert follow(wanted).version == first.version


def test_training_on_old_labels_with_the_new_topics_gives_what_new_labels_give(
    small_taxonomy: Taxonomy, tmp_path: Path
) -> None:
    from copytaster.training.corpus import load as read
    from tests.stories import small_records, write_jsonl

    wanted = edits.rename(small_taxonomy, "trade", "commerce")
    records = small_records()
    old, problems = read([write_jsonl(tmp_path / "old.jsonl", records)], wanted)
    assert problems == []
    for record in records:
        names = record["topics"]
        assert isinstance(names, list)
        record["topics"] = ["commerce" if name == "trade" else name for name in names]
    new, _ = read([write_jsonl(tmp_path / "new.jsonl", records)], wanted)
    np.testing.assert_array_equal(old.labels, new.labels)


def test_where_topics_exclude_each_other_only_renames_follow(small_taxonomy: Taxonomy) -> None:
    wanted = edits.add(edits.rename(small_taxonomy, "trade", "commerce"), HEALTH)
    wanted = edits.retire(wanted, ["sport"])
    found = following.plan(small_taxonomy, wanted, exclusive=True)
    assert found.taxonomy(wanted).slugs == ("commerce", "sport", "travel")
    assert [line.split(":")[0] for line in found.waiting] == ["sport", "health"]


def test_an_exclusive_tagger_follows_a_rename(small_taxonomy: Taxonomy, tmp_path: Path) -> None:
    one_each = [story for story in SMALL if len(story[2]) == 1]
    registry = Registry(tmp_path)
    recipe = Recipe(**{**DESK.as_json(), "min_df": 1, "vectors": 0})
    version = saving.save(fit.fit(as_corpus(one_each, small_taxonomy), recipe), registry)
    wanted = edits.rename(small_taxonomy, "trade", "commerce")
    tagger = load(registry, successor.follow(version, wanted, list, registry))
    before, after = tags(Tagger.load(registry.folder(version))), tags(tagger)
    for one in before:
        one["commerce"] = one.pop("trade")
    assert after == before
    assert tagger.scorer.exclusive


def test_a_tagger_keeps_a_topic_at_least(small_taxonomy: Taxonomy) -> None:
    wanted = edits.retire(edits.add(small_taxonomy, Topic("x", "X")), small_taxonomy.slugs)
    found = following.plan(small_taxonomy, wanted, exclusive=False)
    assert found.kept == (0, 1, 2)
    assert found.waiting == ("a tagger must keep a topic",)
