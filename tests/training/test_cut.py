"""Retraining some topics alone: through the gate, and the rest as it was."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.order import Order
from copytaster.model import fused, seen
from copytaster.model.errors import ArchiveError, CorpusError
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.training import fit, retrain, saving, successor
from copytaster.training.config import DESK, FAST
from copytaster.training.corpus import Corpus
from copytaster.training.retrain import Means
from tests import newsroom

SLUGS = ["sport", "trade"]


@pytest.fixture(scope="module")
def articles() -> tuple[LabelledArticle, ...]:
    """Three hundred articles of two topics."""
    return newsroom.articles(150)


@pytest.fixture(scope="module")
def trained(
    articles: tuple[LabelledArticle, ...], tmp_path_factory: pytest.TempPathFactory
) -> Registry:
    """A registry whose champion learned from the first sixty articles; no test changes it."""
    registry = Registry(tmp_path_factory.mktemp("models"))
    lesson = Corpus(articles[:60], Taxonomy.from_slugs(SLUGS))
    registry.promote(saving.save(fit.fit(lesson, FAST), registry))
    return registry


@pytest.fixture
def registry(trained: Registry, tmp_path: Path) -> Registry:
    """A registry of one's own."""
    return Registry(Path(shutil.copytree(trained.root, tmp_path / "models")))


def no_seeds() -> Corpus:
    return Corpus((), Taxonomy.from_slugs(["trade"]))


def never() -> Corpus:
    raise AssertionError("the seeds were read")


def champion(registry: Registry) -> Tagger:
    """Return what serves."""
    return Tagger.load(registry.folder(registry.champion() or ""))


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order(topics=("trade",)), "retrained trade alone, and passed the gate"),
        (Order(freeze=("sport",)), "retrained all but sport, and passed the gate"),
    ],
)
def test_one_topic_is_fitted_anew_and_the_other_stays(
    registry: Registry, articles: tuple[LabelledArticle, ...], order: Order, words: str
) -> None:
    before = champion(registry)
    found = retrain.run(articles, order, Means(registry, no_seeds, by="ana"))
    assert (found.kind, found.learned, found.held_out) == ("promoted", 200, 100)
    after = champion(registry)
    entry = registry.history().entries[-1]
    assert (entry.version, entry.why, entry.by) == (after.version, words, "ana")
    texts = [item.article for item in articles]
    was, is_now = before.scorer.score(texts), after.scorer.score(texts)
    if fused.available():
        np.testing.assert_array_equal(is_now[:, 0], was[:, 0])
    assert (is_now[:, 1] != was[:, 1]).any()
    pairs = zip(before.tag(texts), after.tag(texts), strict=True)
    for one, other in ((a.tags, b.tags) for a, b in pairs):
        sport = ([tag for tag in tags if tag.topic == "sport"] for tags in (one, other))
        assert next(sport) == next(sport)
    old, new = before.manifest, after.manifest
    assert new.parameters == old.parameters
    assert new.metrics["topics"]["sport"] == old.metrics["topics"]["sport"]
    assert new.metrics["topics"]["trade"]["articles"] == 100
    assert old.metrics["topics"]["trade"]["articles"] == 30
    (step,) = new.data["surgery"]
    assert (step["from"], step["topics"], step["articles"]) == (old.version, ["trade"], 200)
    assert (new.data["articles"], new.data["newest"]) == (200, "2026-01-01")
    folder = registry.folder(after.version)
    keys = seen.load(folder, new.seen)
    assert keys is not None
    learned = Corpus(articles, after.taxonomy).keys
    assert np.isin(learned[:60], keys).all()
    assert np.isin(learned, keys).sum() == 200
    assert json.loads((folder / "verdict.json").read_text())["articles"] == 100


def test_the_gate_judges_it_and_refuses_what_is_worse(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    before = registry.champion()
    poisoned = [
        item
        if at < 60 or at > 199
        else replace(item, yes=frozenset({"trade"}) - item.yes, no=frozenset())
        for at, item in enumerate(articles)
    ]
    found = retrain.run(poisoned, Order(topics=("trade",)), Means(registry, no_seeds))
    assert (found.kind, registry.champion()) == ("refused", before)
    assert found.short is not None
    assert {one["topic"] for one in found.short["refused"]} <= {None, "trade"}


def test_a_second_time_there_is_nothing_new_for_this_topic_but_for_the_other(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    order, means = Order(topics=("trade",)), Means(registry, no_seeds)
    retrain.run(articles, order, means)
    first = champion(registry)
    few = articles[:200]  # those that were learned: nothing is left to hold out
    again = retrain.run(few, order, means)
    assert again.kind == "nothing new"
    other = retrain.run(few, Order(topics=("sport",)), means)
    assert other.kind == "too few"  # so it would have been fitted
    whole = retrain.run(few, Order(), means)
    assert whole.kind == "too few"
    assert champion(registry).version == first.version


def test_surgery_upon_surgery_keeps_what_the_first_one_did(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    means = Means(registry, no_seeds)
    texts = [item.article for item in articles]
    retrain.run(articles[:260], Order(topics=("trade",)), means)
    first = champion(registry)
    found = retrain.run(articles, Order(topics=("sport",)), means)
    second = champion(registry)
    assert (found.kind, second.version) == ("promoted", found.version)
    steps = second.manifest.data["surgery"]
    assert [step["topics"] for step in steps] == [["trade"], ["sport"]]
    assert steps[1]["from"] == first.version
    if fused.available():
        trade = [tagger.scorer.score(texts)[:, 1].tolist() for tagger in (first, second)]
        assert trade[0] == trade[1]
    assert len(second.manifest.golden) <= 3 * 8 + 1


def test_topics_that_are_not_there_are_named_before_any_work(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    with pytest.raises(ArchiveError, match="unknown topic 'trad'; did you mean trade"):
        retrain.run(articles, Order(topics=("trad",)), Means(registry, never))
    with pytest.raises(ArchiveError, match="freeze names every topic"):
        retrain.run(articles, Order(freeze=("sport", "trade")), Means(registry, never))
    nothing = Registry(registry.root.parent / "none")
    with pytest.raises(ArchiveError, match="need a tagger that serves"):
        retrain.run(articles, Order(topics=("trade",)), Means(nothing, never))
    assert list(registry.root.glob(".retraining.*")) == []


def test_topics_that_exclude_each_other_are_not_cut(
    tmp_path: Path, articles: tuple[LabelledArticle, ...]
) -> None:
    registry = Registry(tmp_path / "models")
    lesson = Corpus(articles[:60], Taxonomy.from_slugs(SLUGS))
    recipe = replace(DESK, vectors=0)
    registry.promote(saving.save(fit.fit(lesson, recipe), registry))
    with pytest.raises(ArchiveError, match="topics exclude each other"):
        retrain.run(articles, Order(topics=("trade",)), Means(registry, never))


def test_a_topic_learns_with_the_terms_that_it_has_by_now_and_the_other_stays_as_it_was(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    wanted = Taxonomy(
        (
            Topic("sport", "Sport!", terms=("goal",)),
            Topic("trade", "Commerce", terms=("zorblat", "tariff", "customs")),
            Topic("other", "Other"),
        )
    )
    means = Means(registry, no_seeds, taxonomy=wanted)
    found = retrain.run(articles, Order(topics=("trade",)), means)
    assert found.kind == "promoted"
    topics = champion(registry).taxonomy
    assert topics.slugs == ("sport", "trade")
    assert [topic.name for topic in topics] == ["sport", "Commerce"]


def test_words_of_a_language_that_the_tagger_does_not_know_are_not_added(
    tmp_path: Path, articles: tuple[LabelledArticle, ...]
) -> None:
    english = [replace(i, article=replace(i.article, language="en")) for i in articles]
    registry = Registry(tmp_path / "models")
    lesson = Corpus(tuple(english[:60]), Taxonomy.from_slugs(SLUGS))
    before = saving.save(fit.fit(lesson, FAST), registry)
    registry.promote(before)
    words = "Ausfuhr der Waren"
    german = [
        replace(item, article=replace(item.article, language="de", text=f"{words} {at}"))
        for at, item in enumerate(english[60:120])
    ]
    fresh = [
        replace(item, article=replace(item.article, text=f"{item.article.text} zorblat"))
        for item in english[120:]
    ]
    order = Order(topics=("trade",), promote=False)
    retrain.run([*english[:60], *german, *fresh], order, Means(registry, no_seeds))
    (name,) = set(registry.versions()) - {before}
    made = Tagger.load(registry.folder(name))
    terms = frozenset(made.scorer.fields["article"].terms)
    assert "zorblat" in terms
    assert "ausfuhr" not in terms
    assert made.manifest.data["languages"] == ["en"]


HEALTH = Topic("health", "Health", terms=("hospital", "vaccine", "virus"))


def with_a_newcomer(registry: Registry, articles: Sequence[LabelledArticle]) -> str:
    """Let a topic serve that has terms and no label; return the version."""
    wanted = Taxonomy((*champion(registry).taxonomy, HEALTH))
    texts = [item.article for item in articles]
    made = successor.follow(registry.champion() or "", wanted, lambda: texts, registry)
    assert made.version is not None
    registry.promote(made.version)
    return made.version


def about_health(items: Sequence[LabelledArticle], rows: range) -> list[LabelledArticle]:
    """Return *items*, of which those in *rows* are about health too."""
    return [
        replace(item, yes=item.yes | {"health"}) if at in rows else item
        for at, item in enumerate(items)
    ]


def test_a_named_topic_that_no_article_is_about_is_an_error_before_any_work(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    before = with_a_newcomer(registry, articles)
    with pytest.raises(CorpusError, match="no article is about health, so there is nothing"):
        retrain.run(articles, Order(topics=("trade", "health")), Means(registry, no_seeds))
    assert (registry.champion(), len(registry.versions())) == (before, 2)


def test_a_named_topic_that_only_the_judging_articles_are_about_stays_and_this_is_said(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    before = with_a_newcomer(registry, articles)
    items = about_health(articles, range(290, 300))
    found = retrain.run(items, Order(topics=("health",)), Means(registry, no_seeds))
    assert (found.kind, registry.champion()) == ("too few", before)
    assert "no topic is left to fit anew" in found.words[0]
    assert "health stays as it is: no article to learn from is about it" in found.words[1]


def test_a_topic_without_a_yes_stays_frozen_and_the_verdict_says_so(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    with_a_newcomer(registry, articles)
    before = champion(registry)
    wanted = Taxonomy((*before.taxonomy.topics[:2], replace(HEALTH, terms=("clinic",))))
    means = Means(registry, no_seeds, taxonomy=wanted)
    found = retrain.run(articles, Order(freeze=("sport",), promote=False), means)
    assert found.ruling is not None
    assert any("health stays as it is" in note for note in found.ruling.notes)
    made = Tagger.load(registry.folder(found.version or ""))
    texts = [item.article for item in articles]
    if fused.available():
        was, is_now = (tagger.scorer.score(texts) for tagger in (before, made))
        np.testing.assert_array_equal(is_now[:, [0, 2]], was[:, [0, 2]])
        assert (is_now[:, 1] != was[:, 1]).any()
    assert made.manifest.data["surgery"][-1]["topics"] == ["trade"]
    assert made.taxonomy.topics[2] == HEALTH
