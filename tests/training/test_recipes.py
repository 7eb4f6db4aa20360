"""Presets, what they fit, and the search around them."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from copytaster.model.errors import CorpusError
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.text import normalise
from copytaster.training import config, estimator, features, fit, saving, split, tune
from copytaster.training.config import BEST, FAST, Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.examples import Examples
from copytaster.training.lesson import Lesson
from tests.stories import SMALL_RECIPE, as_corpus

SMALL_BEST = replace(BEST, min_df=1, n_folds=3)


def test_best_is_the_preset_below_a_hundred_thousand_articles_unless_one_is_named() -> None:
    assert config.preset(99_999) == BEST
    assert config.preset(100_000) == FAST
    assert config.preset(5, "fast") == FAST
    assert config.preset(500_000, "best") == BEST
    assert {name: config.preset(1, name) for name in config.PRESETS} == dict(config.PRESETS)


def test_counting_once_gives_the_matrix_of_scikit_learns_vectorizer(small_corpus: Corpus) -> None:
    """A fold's vocabulary and document frequencies are those of its own articles alone."""
    articles = [item.article for item in small_corpus.articles]
    rows = np.arange(0, len(articles), 2)
    counts = features.count(articles)
    found = features.Features(counts.rows(rows), Recipe(min_df=2, headline_weight=0.25))
    for name, weight, texts in (
        ("article", 1.0, [f"{a.headline}\n{a.text}" for a in articles]),
        ("headline", 0.25, [a.headline for a in articles]),
    ):
        vectorizer = TfidfVectorizer(preprocessor=normalise, sublinear_tf=True, min_df=2)
        vectorizer.fit([texts[row] for row in rows])
        assert found.blocks[name].terms == vectorizer.get_feature_names_out().tolist()  # type: ignore[index]
        block = found.transform(counts)[:, found.columns(name)]  # type: ignore[arg-type]
        np.testing.assert_allclose(
            block.toarray(), weight * vectorizer.transform(texts).toarray(), atol=1e-12
        )


def test_a_column_is_fitted_to_features_times_a_function_of_their_log_count_ratios(
    small_corpus: Corpus,
) -> None:
    recipe = replace(SMALL_BEST, weak_weight=0.0, ratio_weight=0.7)
    examples = Examples(small_corpus, recipe)
    model = examples.fit(np.arange(len(small_corpus.articles)))
    X = model.features.transform(examples.counts).toarray()
    y = small_corpus.labels[:, 1] == 1
    yes, no = 1 + X[y].sum(axis=0), 1 + X[~y].sum(axis=0)
    scale = np.sqrt(1 + 0.7 * np.log((yes / yes.sum()) / (no / no.sum())) ** 2)
    plain = LinearSVC(C=recipe.C, dual=True, tol=1e-3, random_state=0).fit(X * scale, y)
    np.testing.assert_allclose(model.layer.coef[:, 1], plain.coef_[0] * scale, atol=3e-3)
    assert model.layer.intercept[1] == pytest.approx(plain.intercept_[0], abs=3e-3)


def test_a_topic_that_the_dual_does_not_converge_on_is_fitted_in_the_primal() -> None:
    rng = np.random.default_rng(0)
    X = sp.csr_matrix(1e4 * rng.random(size=(60, 3)))
    labels = rng.integers(0, 2, size=(60, 1)).astype(np.int8)
    recipe = Recipe(C=1e6, ratio_weight=0.0)
    found = estimator.fit(Lesson(X, labels, np.ones(60)), recipe)
    primal = LinearSVC(C=1e6, dual=False, tol=1e-3).fit(X, labels[:, 0])
    np.testing.assert_allclose(found.coef[:, 0], primal.coef_[0])


def test_the_search_tries_the_presets_own_settings_first_and_returns_the_best_first(
    small_corpus: Corpus,
) -> None:
    seen: list[tuple[str, int, int]] = []
    trials = tune.search(small_corpus, SMALL_BEST, 2, lambda *step: seen.append(step))
    tried = tune.candidates(SMALL_BEST)
    assert tried[0] == SMALL_BEST
    assert len(set(tried)) == len(tried) == 24
    assert {trial.recipe for trial in trials} == set(tried)
    worth = [trial.objective for trial in trials]
    assert worth == sorted(worth, reverse=True)
    assert seen == [("tuning", n, 24) for n in range(1, 25)]


def test_the_search_judges_a_recipe_as_training_does(small_corpus: Corpus) -> None:
    trials = tune.search(small_corpus, replace(SMALL_BEST, ratio_weight=0.0))
    for trial in trials[:2]:
        report = fit.fit(small_corpus, trial.recipe).report
        assert (trial.micro_f1, trial.macro_f1) == (report.micro.f1, report.macro_f1)


def test_the_manifest_lists_what_was_tried(small_corpus: Corpus, tmp_path: object) -> None:
    registry = Registry(tmp_path)  # type: ignore[arg-type]
    trials = tune.search(small_corpus, replace(SMALL_RECIPE, n_folds=2))
    fitted = fit.fit(small_corpus, trials[0].recipe)
    version = saving.save(fitted, registry, None, trials)
    parameters = Tagger.load(registry.folder(version)).manifest.parameters
    tried = parameters["tuned"]
    assert len(tried) == len(trials)
    assert set(tried[0]) == {"headline_weight", "C", "micro_f1", "macro_f1"}
    assert {name: tried[0][name] for name in ("headline_weight", "C")} == {
        name: parameters[name] for name in ("headline_weight", "C")
    }


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.floats(0, 0.9), st.integers(0, 9))
def test_groups_are_held_back_whole_and_about_as_many_as_asked_for(
    groups: list[int], share: float, seed: int
) -> None:
    found = np.array(groups)
    chosen = split.held_back(found, share, seed)
    assert not set(found[chosen]) & set(found[~chosen])
    largest = np.bincount(found).max()
    assert share * len(groups) <= chosen.sum() + 1e-9 or not share
    assert chosen.sum() <= share * len(groups) + largest


def test_articles_that_are_held_back_teach_nothing_and_prove_the_tier() -> None:
    own = [f"{chr(97 + n // 26)}{chr(97 + n % 26)}q" for n in range(240)]
    stories = [
        ("", f"{'a tariff' if n % 2 else 'the cat'} {word}", ("trade",) if n % 2 else ())
        for n, word in enumerate(own)
    ]
    corpus = as_corpus(stories, Taxonomy.from_slugs(["trade"]))
    recipe = Recipe(min_df=1, hold_back=0.5)
    fitted = fit.fit(corpus, recipe)
    held = split.held_back(corpus.groups, 0.5, recipe.seed)
    terms = set(fitted.arrays["article.terms"].tobytes().decode().split("\n"))
    assert {word for word, apart in zip(own, held, strict=True) if not apart} <= terms
    assert not {word for word, apart in zip(own, held, strict=True) if apart} & terms
    (proof,) = fitted.decisions.proofs
    assert proof.found
    assert proof.right == proof.n <= (corpus.labels[held] == 1).sum()
    assert fitted.report.micro.right + fitted.report.micro.missed == corpus.labels[~held].sum()


def test_the_search_does_not_see_what_is_held_back(small_corpus: Corpus) -> None:
    recipe = replace(FAST, min_df=1, hold_back=0.3)
    held = fit.folds(small_corpus, recipe) < 0
    assert held.any()
    wiped = tuple(
        replace(item, yes=frozenset(), no=frozenset(), complete=False) if apart else item
        for item, apart in zip(small_corpus.articles, held, strict=True)
    )
    blind = replace(small_corpus, articles=wiped)
    assert tune.search(blind, recipe) == tune.search(small_corpus, recipe)


def test_held_back_articles_that_hold_all_of_a_topics_noes_are_refused() -> None:
    taxonomy = Taxonomy.from_slugs(["trade"])
    corpus = as_corpus([("", f"word{n} tariff", ("trade",)) for n in range(40)], taxonomy)
    held = split.held_back(corpus.groups, 0.2, 0)
    items = tuple(
        replace(item, yes=frozenset() if apart else item.yes)
        for item, apart in zip(corpus.articles, held, strict=True)
    )
    with pytest.raises(CorpusError, match="known not to be about trade"):
        fit.fit(replace(corpus, articles=items), Recipe(min_df=1, hold_back=0.2))
