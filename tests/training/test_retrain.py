"""Retraining in this process: what becomes the champion, and what is left behind."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.order import Order
from copytaster.model.errors import ArchiveError
from copytaster.model.registry import Registry
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import corpus as corpora
from copytaster.training import fit, retrain, saving
from copytaster.training.config import BEST, FAST
from copytaster.training.corpus import Corpus
from copytaster.training.held_out import Contender
from copytaster.training.retrain import Means
from tests.cli.test_gate import records
from tests.stories import write_jsonl


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> tuple[LabelledArticle, ...]:
    """Return three hundred articles of two topics."""
    path = write_jsonl(tmp_path_factory.mktemp("data") / "all.jsonl", records(150))
    return corpora.load([path])[0].articles


@pytest.fixture(scope="module")
def trained(
    articles: tuple[LabelledArticle, ...], tmp_path_factory: pytest.TempPathFactory
) -> Registry:
    """A registry whose champion learned from the first sixty articles; no test changes it."""
    registry = Registry(tmp_path_factory.mktemp("models"))
    taxonomy = Taxonomy.from_slugs(["trade", "sport"])
    registry.promote(saving.save(fit.fit(Corpus(articles[:60], taxonomy), FAST), registry))
    return registry


@pytest.fixture
def registry(trained: Registry, tmp_path: Path) -> Registry:
    """A registry of one's own."""
    return Registry(Path(shutil.copytree(trained.root, tmp_path / "models")))


def no_seeds() -> Corpus:
    return Corpus((), Taxonomy.from_slugs(["trade"]))


def test_a_challenger_that_passes_serves_and_did_not_learn_what_judged_it(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    told: list[tuple[str, int, int]] = []
    means = Means(registry, no_seeds, progress=lambda *step: told.append(step))
    before = registry.champion()
    found = retrain.run(articles, Order(), means)
    assert found.kind == "promoted"
    assert found.version == found.champion == registry.champion() != before
    assert (found.learned, found.held_out) == (200, 100)
    folder = registry.folder(found.version or "")
    one = Contender.load(folder)
    assert one.may_have_seen(Corpus(articles, one.tagger.taxonomy)).sum() == 200
    verdict = json.loads((folder / "verdict.json").read_text())
    assert (verdict["promote"], verdict["articles"]) == (True, 100)
    assert "<!doctype html>" in (folder / "report.html").read_text()
    assert one.tagger.manifest.parameters["ratio_weight"] == FAST.ratio_weight
    steps = [done for _, done, _ in told]
    assert steps == sorted(steps)
    assert steps[-1] < retrain.STEPS == told[-1][2]
    assert [path.name for path in registry.root.glob(".retraining.*")] == []


def test_what_is_not_to_be_promoted_is_kept_beside_the_champion(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    before = registry.champion()
    found = retrain.run(articles, Order(promote=False, preset="best"), Means(registry, no_seeds))
    assert (found.kind, found.champion, registry.champion()) == ("kept", before, before)
    assert found.version in registry.versions()
    manifest = Contender.load(registry.folder(found.version or "")).tagger.manifest
    assert manifest.parameters["ratio_weight"] == BEST.ratio_weight


def test_a_challenger_that_learned_nonsense_is_refused_and_says_why(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    turned = {"trade": frozenset({"sport"}), "sport": frozenset({"trade"})}
    poisoned = [
        *articles[:180:2],
        *(
            item
            if at > 179
            else LabelledArticle(
                item.article,
                turned[min(item.yes)],
                frozenset(),
                complete=True,
                group=None,
                split=None,
                source=item.source,
                line=item.line,
            )
            for at, item in enumerate(articles[60:], 60)
        ),
    ]
    unique = list({item.id: item for item in poisoned}.values())
    before = registry.champion()
    found = retrain.run(unique, Order(), Means(registry, no_seeds))
    assert found.kind == "refused"
    assert registry.champion() == before
    assert found.short is not None
    assert found.short["refused"]
    assert any("refused" in words for words in found.words)


def test_too_few_new_articles_are_told_before_anything_is_trained(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    versions = registry.versions()
    found = retrain.run(articles[:100], Order(), Means(registry, no_seeds))
    assert (found.kind, found.version) == ("too few", None)
    assert "20 stories" in found.words[0]
    assert registry.versions() == versions


def test_the_same_articles_are_nothing_new(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    found = retrain.run(articles[:60], Order(), Means(registry, no_seeds))
    assert (found.kind, found.version) == ("nothing new", None)


def test_articles_that_only_the_champion_knows_are_missed(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    found = retrain.run(articles[40:], Order(), Means(registry, no_seeds))
    assert any("40 of the 60 articles" in words for words in found.words)


def test_a_version_that_is_promoted_by_hand_meanwhile_stays(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    other = Corpus(articles[:90], Taxonomy.from_slugs(["trade", "sport"]))
    version = saving.save(fit.fit(other, FAST), registry)

    def interfere(stage: str, done: int, total: int) -> None:  # noqa: ARG001  # as it is called
        if stage == "judging":
            registry.promote(version)

    found = retrain.run(articles, Order(), Means(registry, no_seeds, progress=interfere))
    assert (found.kind, found.champion, registry.champion()) == ("overtaken", version, version)


def test_before_there_is_a_champion_archive_and_seeds_make_one(
    tmp_path: Path, articles: tuple[LabelledArticle, ...]
) -> None:
    seeds = Corpus(articles[:40], Taxonomy.from_slugs(["trade", "sport"]))
    registry = Registry(tmp_path / "models")
    found = retrain.run(articles[30:80], Order(preset="fast"), Means(registry, lambda: seeds))
    assert (found.kind, found.learned, found.held_out) == ("promoted", 80, 0)
    assert registry.champion() == found.version


def test_what_a_killed_retraining_left_is_removed(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    left = registry.root / ".retraining.dead"
    (left / "2026-01-01-x").mkdir(parents=True)
    retrain.run(articles[:60], Order(), Means(registry, no_seeds))
    assert not left.exists()


def test_an_order_of_a_later_copytaster_is_refused() -> None:
    assert Order.from_json({"preset": "fast", "event": 7}) == Order("fast")
    assert Order("fast", promote=False).as_json() == {"preset": "fast", "promote": False}
    with pytest.raises(ArchiveError, match="what the job asks: dance"):
        Order.from_json({"dance": True})


def test_a_topic_that_no_article_is_known_not_to_be_about_waits_and_holds_up_no_other(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    both = frozenset({"trade", "sport"})
    items = [replace(item, no=both - item.yes, complete=False) for item in articles]
    items[0] = replace(items[0], yes=items[0].yes | {"pandemic"})
    wanted = Taxonomy.from_slugs(["trade", "sport", "pandemic"])
    found = retrain.run(items, Order(), Means(registry, no_seeds, wanted))
    assert found.kind == "promoted"
    assert any(words.startswith("pandemic waits") for words in found.words)
    loaded = Contender.load(registry.folder(found.version or ""))
    assert loaded.tagger.taxonomy.slugs == ("sport", "trade")
