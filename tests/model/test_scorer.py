"""The NumPy scorer against scikit-learn's own pipeline."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from copytaster.model.artifact import scorer_over
from copytaster.model.registry import Registry
from copytaster.model.scorer import FIELDS, Scorer
from copytaster.model.tagger import Tagger
from copytaster.model.text import normalise
from copytaster.model.types import Article
from copytaster.training import corpus as corpora
from copytaster.training import fit, saving
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.estimator import LinearLayer
from copytaster.training.examples import Model
from copytaster.training.features import Block, Features, count

RECIPE = Recipe(weak_weight=0, n_folds=2, min_df=1, ratio_weight=0, C=1)


def frame(articles: list[Article]) -> np.ndarray:
    """Return what the pipeline reads: a column of whole articles and one of headlines."""
    rows = [(f"{article.headline}\n{article.text}", article.headline) for article in articles]
    return np.array(rows, dtype=object)


def scikit_learn(corpus: Corpus) -> Pipeline:
    """Return the tagger as people write it with scikit-learn, fitted."""

    def tfidf() -> TfidfVectorizer:
        return TfidfVectorizer(sublinear_tf=True, preprocessor=normalise, min_df=RECIPE.min_df)

    fields = ColumnTransformer(
        [("article", tfidf(), 0), ("headline", tfidf(), 1)],
        transformer_weights={"article": 1.0, "headline": RECIPE.headline_weight},
    )
    linear = OneVsRestClassifier(LinearSVC(C=RECIPE.C, dual=True, tol=1e-3, random_state=0))
    pipeline = Pipeline([("fields", fields), ("linear", linear)])
    return pipeline.fit(frame([item.article for item in corpus.articles]), corpus.labels == 1)


def ours(corpus: Corpus, folder: Path) -> Tagger:
    """Return our tagger, trained, saved and loaded."""
    registry = Registry(folder)
    return Tagger.load(registry.folder(saving.save(fit.fit(corpus, RECIPE), registry)))


@pytest.fixture(scope="session")
def both(small_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tagger, Pipeline]:
    return ours(small_corpus, tmp_path_factory.mktemp("ours")), scikit_learn(small_corpus)


WORDS = st.sampled_from(
    [
        "tariff",
        "Steel",
        "cup",
        "striker",
        "goal",
        "hotel",
        "Tourists",
        "1987",
        "the",
        "of",
        "İzmir",
        "ΣΑΣ",
        "x",
    ]
)
TEXTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=()), max_size=300),
    st.lists(WORDS, max_size=80).map(" ".join),
)


@settings(max_examples=1000, deadline=None)
@given(text=TEXTS, headline=TEXTS)
def test_scores_equal_scikit_learns_on_random_articles(
    both: tuple[Tagger, Pipeline], text: str, headline: str
) -> None:
    tagger, pipeline = both
    article = Article(text, headline)
    expected = pipeline.decision_function(frame([article]))
    np.testing.assert_allclose(tagger.scorer.score([article]), expected, atol=1e-5)


def exported(pipeline: Pipeline) -> Scorer:
    """Return our scorer with the weights that scikit-learn's pipeline was fitted to."""
    found = dict(pipeline["fields"].named_transformers_)
    features = Features(count([Article("one")]), RECIPE)
    features.blocks = {
        name: Block(
            kept=np.arange(len(found[name].vocabulary_)),
            terms=found[name].get_feature_names_out().tolist(),
            tfidf=found[name]._tfidf,
            weight=features.blocks[name].weight,
        )
        for name in FIELDS
    }
    columns = pipeline["linear"].estimators_
    layer = LinearLayer(
        np.stack([column.coef_[0] for column in columns], axis=1),
        np.array([column.intercept_[0] for column in columns]),
    )
    return scorer_over(fit.linear_arrays(Model(features, layer)))


def test_scores_equal_scikit_learns_on_reuters(reuters: Path) -> None:
    pipeline = scikit_learn(corpora.load([reuters], None, "train")[0])
    test = [item.article for item in corpora.load([reuters], None, "test")[0].articles]
    expected = pipeline.decision_function(frame(test))
    np.testing.assert_allclose(exported(pipeline).score(test), expected, atol=1e-5)


@given(st.lists(TEXTS, max_size=5))
@settings(deadline=None)
def test_an_article_scores_exactly_the_same_alone_and_in_a_batch(
    both: tuple[Tagger, Pipeline], texts: list[str]
) -> None:
    tagger, _ = both
    articles = [Article(text) for text in texts]
    alone = [tagger.scorer.score([article])[0] for article in articles]
    assert all(map(np.array_equal, tagger.scorer.score(articles), alone))
