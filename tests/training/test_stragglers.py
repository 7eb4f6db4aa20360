"""A topic that serves, and that nothing can be learned of yet, holds up no other."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from copytaster.archive.labelled import LabelledArticle
from copytaster.archive.order import Order
from copytaster.model.errors import CorpusError
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.types import Article
from copytaster.training import fit, retrain, saving, successor
from copytaster.training.config import FAST
from copytaster.training.corpus import Corpus
from copytaster.training.retrain import Means
from tests import newsroom

OLD = Taxonomy.from_slugs(["sport", "trade"])
HEALTH = Topic("health", "Health", "In: illness.", terms=("Covid-19", "the virus"))
WITH = Taxonomy((*OLD, HEALTH))
ABOUT = Article("The virus closes schools, Covid-19 cases rise.")


@pytest.fixture(scope="module")
def articles() -> tuple[LabelledArticle, ...]:
    """Three hundred articles of two topics; of health nothing is said but two yes."""
    both = frozenset(OLD.slugs)
    items = [replace(one, no=both - one.yes, complete=False) for one in newsroom.articles(150)]
    for at in (3, 8):
        items[at] = replace(items[at], yes=items[at].yes | {"health"})
    return tuple(items)


@pytest.fixture(scope="module")
def trained(
    articles: tuple[LabelledArticle, ...], tmp_path_factory: pytest.TempPathFactory
) -> Registry:
    """A registry whose champion has health without having learned it; no test changes it."""
    registry = Registry(tmp_path_factory.mktemp("models"))
    lesson = [replace(one, yes=one.yes - {"health"}) for one in articles[:60]]
    version = saving.save(fit.fit(Corpus(tuple(lesson), OLD), FAST), registry)
    texts = [one.article for one in lesson]
    added = successor.follow(version, WITH, lambda: texts, registry)
    registry.promote(added.version or "")
    return registry


@pytest.fixture
def registry(trained: Registry, tmp_path: Path) -> Registry:
    """A registry of one's own."""
    return Registry(Path(shutil.copytree(trained.root, tmp_path / "models")))


def no_seeds() -> Corpus:
    return Corpus((), OLD)


def tiers(registry: Registry, version: str | None) -> dict[str, str | None]:
    """Return the tags of an article about health, with their tiers."""
    (found,) = Tagger.load(registry.folder(version or "")).tag([ABOUT])
    return {tag.topic: tag.tier for tag in found.tags}


def test_the_others_are_trained_and_it_is_suggested_as_before(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    before = registry.champion()
    found = retrain.run(articles, Order(), Means(registry, no_seeds))
    assert found.kind == "promoted"
    assert any(words.startswith("health was not trained") for words in found.words)
    tagger = Tagger.load(registry.folder(found.version or ""))
    assert tagger.taxonomy == Tagger.load(registry.folder(before or "")).taxonomy
    metrics = tagger.manifest.metrics["topics"]
    assert (metrics["health"]["articles"], metrics["trade"]["articles"]) == (0, 100)
    assert tiers(registry, before)["health"] == tiers(registry, found.version)["health"]


def test_the_same_articles_are_nothing_new_with_it_too(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    found = retrain.run(articles, Order(promote=False), Means(registry, no_seeds))
    registry.promote(found.version or "")
    seen = Tagger.load(registry.folder(found.version or "")).manifest.data["articles"]
    kept = list(articles[:seen])
    again = retrain.run(kept, Order(), Means(registry, no_seeds))
    assert again.kind == "nothing new"


@pytest.mark.parametrize("order", [Order(freeze=("sport",)), Order(topics=("trade", "health"))])
def test_where_some_topics_are_fitted_anew_it_stays_as_it_is(
    order: Order, registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    before = Tagger.load(registry.folder(registry.champion() or ""))
    wanted = Taxonomy((*OLD, replace(HEALTH, definition="In: hospitals.")))
    found = retrain.run(articles, order, Means(registry, no_seeds, wanted))
    assert found.kind == "promoted"
    assert any(words.startswith("health stays as it is") for words in found.words)
    words = "trade alone" if order.topics else "all but sport and health"
    assert registry.history().entries[-1].why == f"retrained {words}, and passed the gate"
    after = Tagger.load(registry.folder(found.version or ""))
    assert after.taxonomy == before.taxonomy
    texts = [ABOUT, *(one.article for one in articles[:20])]
    was, now = before.scorer.score(texts), after.scorer.score(texts)
    assert abs(now[:, -1] - was[:, -1]).max() < 1e-9


def test_asked_for_alone_it_is_an_error_with_a_way_out(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    with pytest.raises(CorpusError, match=r"not to be about health.*not_topics.*topics retire"):
        retrain.run(articles, Order(topics=("health",)), Means(registry, no_seeds))


def test_a_topic_that_was_trained_is_not_lost_for_want_of_a_no(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    unsaid = [replace(one, no=one.no - {"trade"}) for one in articles]
    with pytest.raises(CorpusError, match=r"not to be about trade.*archive import"):
        retrain.run(unsaid, Order(), Means(registry, no_seeds))


def test_one_no_is_enough_for_it_to_be_trained(
    registry: Registry, articles: tuple[LabelledArticle, ...]
) -> None:
    items = [*articles]
    items[0] = replace(items[0], no=items[0].no | {"health"})
    found = retrain.run(items, Order(), Means(registry, no_seeds))
    tagger = Tagger.load(registry.folder(found.version or ""))
    assert tagger.manifest.metrics["topics"]["health"]["articles"] == 2
    assert not any("health" in words and "trained" in words for words in found.words)
