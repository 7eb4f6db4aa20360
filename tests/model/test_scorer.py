"""Both scorers, the plain and the compiled, against scikit-learn's own pipeline."""

import gzip
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from copytaster.model import fused
from copytaster.model.artifact import scorer_over
from copytaster.model.fused import FusedScorer, best_scorer
from copytaster.model.registry import Registry
from copytaster.model.scorer import FIELDS, Field, FieldName, Scorer, padded
from copytaster.model.tagger import Tagger
from copytaster.model.terms import Terms, pack
from copytaster.model.text import normalise, tokens
from copytaster.model.types import Article
from copytaster.training import corpus as corpora
from copytaster.training import fit, rounding, saving
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.estimator import LinearLayer
from copytaster.training.examples import Model
from copytaster.training.features import Block, Features, count

RECIPE = Recipe(weak_weight=0, n_folds=2, min_df=1, ratio_weight=0, C=1)

needs_compiler = pytest.mark.skipif(
    not fused.available(), reason="installed where no compiler was: the scorer is not compiled"
)


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


def with_weights(pipeline: Pipeline, coef: np.ndarray, intercept: np.ndarray) -> Pipeline:
    """Give scikit-learn's pipeline other weights: (n_features, n_topics) and (n_topics,)."""
    for topic, column in enumerate(pipeline["linear"].estimators_):
        column.coef_, column.intercept_ = coef[:, topic][np.newaxis], intercept[topic : topic + 1]
    return pipeline


def plain(scorer: Scorer) -> Scorer:
    """Return the NumPy scorer with the same weights."""
    return Scorer(scorer.fields, scorer.intercept)


def engines(scorer: Scorer) -> list[Scorer]:
    """Return the same scorer in each implementation that is installed."""
    return [plain(scorer), best_scorer(scorer.fields, scorer.intercept)]


@pytest.fixture(scope="session")
def both(small_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tagger, Pipeline]:
    """Return our tagger, trained, saved and loaded, and scikit-learn's with the same weights."""
    registry = Registry(tmp_path_factory.mktemp("ours"))
    fitted = fit.fit(small_corpus, RECIPE)
    tagger = Tagger.load(registry.folder(saving.save(fitted, registry)))
    pipeline = scikit_learn(small_corpus)
    found = pipeline["fields"].named_transformers_
    parts = []
    for name, weight in (("article", 1.0), ("headline", RECIPE.headline_weight)):
        field = tagger.scorer.fields[name]  # type: ignore[index]
        rows = field.terms.rows
        names = found[name].get_feature_names_out().tolist()
        assert sorted(rows) == names
        weights = field.weights[:, :3] * field.scales[:, np.newaxis].astype(np.float64)
        parts.append(weights[[rows[term] for term in names]] / weight)
    return tagger, with_weights(pipeline, np.concatenate(parts), tagger.scorer.intercept)


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
@example(text="tariff steelΣ İtariff", headline="ΑΣ")
@example(text="", headline="")
def test_scores_equal_scikit_learns_on_random_articles(
    both: tuple[Tagger, Pipeline], text: str, headline: str
) -> None:
    tagger, pipeline = both
    article = Article(text, headline)
    expected = pipeline.decision_function(frame([article]))
    for scorer in engines(tagger.scorer):
        np.testing.assert_allclose(scorer.score([article]), expected, atol=1e-5)


def exported(pipeline: Pipeline) -> Scorer:
    """Return our scorer with the weights that scikit-learn's pipeline was fitted to, rounded.

    The pipeline gets the rounded ones too.
    """
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
    model = Model(features, layer).rounded()
    with_weights(pipeline, model.layer.coef, layer.intercept)
    return scorer_over(fit.linear_arrays(model))


def test_scores_equal_scikit_learns_on_more_than_five_thousand_real_articles(
    reuters: Path, wikinews: Path
) -> None:
    pipeline = scikit_learn(corpora.load([reuters], None, "train")[0])
    articles = [item.article for item in corpora.load([reuters], None, "test")[0].articles]
    with gzip.open(wikinews, "rt", encoding="utf-8") as lines:
        for line in lines:
            sent = json.loads(line)
            articles.append(Article(sent["text"], sent["headline"]))
    assert len(articles) > 5000
    scorer = exported(pipeline)
    expected = pipeline.decision_function(frame(articles))
    for engine in engines(scorer):
        np.testing.assert_allclose(engine.score(articles), expected, atol=1e-5)


@given(st.lists(TEXTS, max_size=5))
@settings(deadline=None)
def test_an_article_scores_exactly_the_same_alone_and_in_a_batch(
    both: tuple[Tagger, Pipeline], texts: list[str]
) -> None:
    articles = [Article(text) for text in texts]
    for scorer in engines(both[0].scorer):
        alone = [scorer.score([article])[0] for article in articles]
        assert all(map(np.array_equal, scorer.score(articles), alone))


@settings(deadline=None)
@given(text=TEXTS, headline=TEXTS)
def test_both_scorers_find_the_same_terms(
    both: tuple[Tagger, Pipeline], text: str, headline: str
) -> None:
    one, other = engines(both[0].scorer)
    article = Article(text, headline)
    ours, theirs = one.vectors(article), other.vectors(article)
    for name in FIELDS:
        assert ours[name].terms == theirs[name].terms
        assert np.array_equal(ours[name].rows, theirs[name].rows)
        assert np.array_equal(ours[name].values, theirs[name].values)
        assert (ours[name].n_tokens, ours[name].n_known) == (
            theirs[name].n_tokens,
            theirs[name].n_known,
        )
    assert other.read([article]).known[0] == ours["article"].known


def made_up(n_topics: int, words: list[str], seed: int = 0) -> dict[FieldName, Field]:
    """Return fields over *words* with random weights."""
    rng = np.random.default_rng(seed)
    terms = sorted({normalise(word) for word in words if len(word) > 1})
    fields: dict[FieldName, Field] = {}
    for name in FIELDS:
        weights, scales = rounding.to_int8(rng.normal(size=(len(terms), n_topics)))
        idf = rng.uniform(1, 10, len(terms)).astype(np.float32)
        fields[name] = Field(Terms(pack(terms)), idf, weights, scales)
    return fields


@needs_compiler
@pytest.mark.parametrize("n_topics", [1, 31, 32, 33, 95, 300, 1100])
def test_any_number_of_topics_scores_alike_with_narrow_and_wide_registers(n_topics: int) -> None:
    words = [f"word{n}" for n in range(3000)] + [chr(97 + n % 26) * (2 + n) for n in range(300)]
    words = [word.translate(str.maketrans("0123456789", "abcdefghij")) for word in words]
    fields, intercept = made_up(n_topics, words), np.linspace(-1, 1, n_topics)
    articles = [
        Article(" ".join(words[start::7] * (1 + start)), " ".join(words[start::500]))
        for start in range(7)
    ]
    wide = FusedScorer(fields, intercept).read(articles)
    np.testing.assert_allclose(wide.scores, Scorer(fields, intercept).score(articles), atol=1e-5)
    assert padded(n_topics) == fields["article"].weights.shape[1]
    compiled = pytest.importorskip("copytaster.model._scorer")
    compiled.set_narrow(True)
    try:
        narrow = FusedScorer(fields, intercept).read(articles)
    finally:
        compiled.set_narrow(False)
    assert np.array_equal(narrow.scores, wide.scores)
    assert np.array_equal(narrow.known, wide.known)


@needs_compiler
def test_a_text_of_five_million_characters_scores_as_the_plain_scorer_says() -> None:
    words = [f"{a}{b}{c}{d}" for a in "abcdefghijk" for b in "lmnop" for c in "qrstu" for d in "vw"]
    fields, intercept = made_up(40, words), np.zeros(40)
    rng = np.random.default_rng(0)
    long = " ".join(rng.choice([*words, "unknown", "“quoted”", "x"], 1_100_000))
    assert len(long) > 5_000_000
    articles = [Article("abcd", ""), Article(long, long[:1000]), Article(words[0], words[1])]
    found = FusedScorer(fields, intercept).read(articles)
    expected = Scorer(fields, intercept).read(articles)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-5)
    assert np.array_equal(found.known, expected.known)


@needs_compiler
def test_threads_that_share_a_scorer_get_what_one_alone_gets(both: tuple[Tagger, Pipeline]) -> None:
    scorer = both[0].scorer
    batches = [
        [Article(f"tariff steel cup {'goal ' * n} hotel {m}", "Steel") for m in range(40)]
        for n in range(16)
    ]
    expected = [scorer.score(batch) for batch in batches]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            assert all(map(np.array_equal, threads.map(scorer.score, batches), expected))


@needs_compiler
def test_the_compiled_scorer_is_the_one_that_is_used(small_tagger: Tagger) -> None:
    assert small_tagger.scorer.engine == "compiled"


def test_without_the_compiled_scorer_the_plain_one_serves(
    small_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fused, "_compiled", None)
    tagger = Tagger.load(small_folder)
    assert tagger.scorer.engine == "numpy"
    assert tagger.tag([Article("A tariff on steel")])[0].tags


@needs_compiler
def test_arrays_that_do_not_fit_each_other_are_refused() -> None:
    fields = made_up(3, ["one", "two"])
    short = Field(
        Terms(pack(["one"])),
        fields["article"].idf,
        fields["article"].weights,
        fields["article"].scales,
    )
    long = Field(
        Terms(pack(["one", "two", "three"])),
        fields["article"].idf,
        fields["article"].weights,
        fields["article"].scales,
    )
    for broken in (short, long):
        with pytest.raises(ValueError, match="terms"):
            FusedScorer({"article": broken, "headline": fields["headline"]}, np.zeros(3))
    with pytest.raises(ValueError, match="topics"):
        FusedScorer(fields, np.zeros(33))


@needs_compiler
@given(st.lists(TEXTS, max_size=4))
def test_tokens_are_counted_as_the_pattern_finds_them(texts: list[str]) -> None:
    compiled = pytest.importorskip("copytaster.model._scorer")
    assert compiled.count_tokens(texts) == sum(len(tokens(text)) for text in texts)


@given(st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_rounding_keeps_weights_within_half_a_step_and_is_done_once(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(n, 5)) * 10.0 ** rng.integers(-6, 3, size=(n, 1))
    weights[rng.random(n) < 0.2] = 0.0
    steps, scales = rounding.to_int8(weights)
    kept = rounding.rounded(weights)
    assert (np.abs(kept - weights) <= 0.501 * scales[:, np.newaxis]).all()
    assert not steps[:, 5:].any()
    again, same_scales = rounding.to_int8(kept)
    assert np.array_equal(steps, again)
    assert np.array_equal(scales, same_scales)


@needs_compiler
def test_an_unknown_word_reads_nothing_behind_the_weights() -> None:
    """The weights end where a page does, and the next page may not be read."""
    script = """
import ctypes, mmap, numpy as np
from copytaster.model import _scorer, terms
from copytaster.model.types import Article
libc = ctypes.CDLL(None, use_errno=True)
pages = mmap.mmap(-1, 2 * mmap.PAGESIZE)
start = ctypes.addressof(ctypes.c_char.from_buffer(pages))
behind = ctypes.c_void_p(start + mmap.PAGESIZE)
assert libc.mprotect(behind, ctypes.c_size_t(mmap.PAGESIZE), 0) == 0
weights = np.frombuffer(pages, np.int8, mmap.PAGESIZE).reshape(-1, 32)
n = len(weights)
words = [f"w{chr(97 + row // 26)}{chr(97 + row % 26)}" for row in range(n)]
ones = np.ones(n, np.float32)
field = _scorer.Field(terms.pack(words).tobytes(), ones, ones, weights)
scores, known = np.empty((1, 3)), np.empty(1)
scorer = _scorer.Scorer(field, field, None, np.zeros(3))
scorer.score([Article("wab unknown", "waa no")], scores, known)
print(known[0])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"0.5\n"), done.stderr.decode()


@needs_compiler
def test_room_of_another_size_or_kind_than_the_scores_is_refused() -> None:
    scorer = FusedScorer(made_up(3, ["one", "two"]), np.zeros(3)).compiled
    for scores, known in (
        (np.empty((1, 2)), np.empty(1)),
        (np.empty((2, 3)), np.empty(1)),
        (np.empty((1, 3)), np.empty(0)),
        (np.empty((1, 3), dtype=np.int64), np.empty(1)),
        (np.empty((1, 6), dtype=np.float32), np.empty(1)),
    ):
        with pytest.raises(ValueError, match="float64"):
            scorer.score([Article("one")], scores, known)
    with pytest.raises((ValueError, BufferError)):
        scorer.score([Article("one")], np.empty((3, 2)).T[:1], np.empty(1))


@needs_compiler
def test_a_text_that_is_none_is_refused(small_tagger: Tagger) -> None:
    with pytest.raises(TypeError, match="None"):
        small_tagger.scorer.score([Article(None)])  # type: ignore[arg-type]
