"""How many of its words a text of the tagger's own kind has known, held out."""

from dataclasses import replace

import numpy as np
import pytest

from copytaster.model.artifact import scorer_over
from copytaster.model.types import Article
from copytaster.training import familiarity, fit, out_of_fold
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.examples import Examples


def test_nearly_all_held_out_articles_are_familiar() -> None:
    known = np.random.default_rng(0).beta(40, 4, size=5_000)
    found = familiarity.fit(known)
    assert (known >= found.familiar_from).mean() == pytest.approx(0.99, abs=0.002)


@pytest.mark.parametrize(("share", "expected"), [(0.99, 0.8), (0.65, 0.65), (0.1, 0.5), (0, 0.5)])
def test_the_doubt_begins_at_a_low_quantile_within_bounds(share: float, expected: float) -> None:
    assert familiarity.fit(np.full(100, share)).doubtful_below == pytest.approx(expected)


def test_known_shares_are_those_that_a_fit_to_the_other_folds_gives(small_corpus: Corpus) -> None:
    recipe = Recipe(min_df=2)
    fold = np.arange(len(small_corpus.articles)) % 3
    examples = Examples(small_corpus, recipe)
    found = out_of_fold.judge(examples, fold).known
    for number in range(3):
        model = examples.fit(np.flatnonzero(fold != number))
        scorer = scorer_over(fit.linear_arrays(model))
        for row in np.flatnonzero(fold == number):
            whole = scorer.vectors(small_corpus.articles[row].article)["article"]
            assert found[row] == pytest.approx(whole.n_known / whole.n_tokens)
    assert 0 < found.mean() < 1


def test_an_article_without_a_token_knows_nothing(small_corpus: Corpus) -> None:
    blank = replace(small_corpus.articles[0], article=Article("!"))
    corpus = replace(small_corpus, articles=(blank, *small_corpus.articles[1:]))
    fold = np.arange(len(corpus.articles)) % 2
    assert out_of_fold.judge(Examples(corpus, Recipe(min_df=1)), fold).known[0] == 0
