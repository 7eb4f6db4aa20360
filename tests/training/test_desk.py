"""Archives whose articles have exactly one topic: the preset ``desk`` and its parts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax, logit
from scipy.special import softmax as softmax_of
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from copytaster.model import arrays as array_file
from copytaster.model import artifact, rivals
from copytaster.model.errors import ArtifactError, CorpusError
from copytaster.model.registry import Registry
from copytaster.model.scorer import Scorer
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.text import normalise
from copytaster.model.types import Article
from copytaster.training import (
    config,
    exclusive,
    fit,
    out_of_fold,
    recency,
    saving,
    softmax,
    trial,
    tune,
    unlabelled,
    word_vectors,
)
from copytaster.training.config import DESK
from copytaster.training.corpus import Corpus
from copytaster.training.examples import Examples
from copytaster.training.fit import Fitted
from copytaster.training.lesson import Lesson
from tests.model.test_artifact import accept
from tests.stories import SMALL, as_corpus, dated, labelled

SMALL_DESK = replace(DESK, min_df=1, vectors=4, n_folds=3)
ONE_EACH = tuple(story for story in SMALL if len(story[2]) == 1)
TEXTS = [f"{headline}\n{text}" for headline, text, _ in ONE_EACH]


@pytest.fixture(scope="module")
def desks(small_taxonomy: Taxonomy) -> Corpus:
    """The small stories that have one topic, an article every thirty days."""
    corpus = as_corpus(ONE_EACH, small_taxonomy)
    return dated(corpus, [720 * (7 * n % 18) for n in range(18)])


@pytest.fixture(scope="module")
def fitted(desks: Corpus) -> Fitted:
    return fit.fit(desks, SMALL_DESK)


@pytest.fixture(scope="module")
def tagger(fitted: Fitted, tmp_path_factory: pytest.TempPathFactory) -> Tagger:
    registry = Registry(tmp_path_factory.mktemp("desks"))
    return Tagger.load(registry.folder(saving.save(fitted, registry)))


@pytest.mark.parametrize("topics", [(), ("trade", "travel")])
def test_an_article_with_no_topic_or_several_is_refused_by_its_name(
    desks: Corpus, topics: tuple[str, ...]
) -> None:
    items = list(desks.articles)
    items[4] = labelled(5, *ONE_EACH[4][:2], topics)
    has = f"2 topics \\({', '.join(topics)}\\)" if topics else "no topic"
    odd = replace(desks, articles=tuple(items))
    with pytest.raises(CorpusError, match=rf"tests:5: 's5' has {has}.* \(1 of 18 do not\)"):
        fit.fit(odd, SMALL_DESK)
    with pytest.raises(CorpusError, match="exactly one"):
        tune.search(odd, SMALL_DESK)


def test_a_tagger_of_desks_is_saved_loaded_and_tags(tagger: Tagger, fitted: Fitted) -> None:
    articles = [
        Article("Importers paid a tariff on steel at customs.", "Customs duty"),
        Article("The striker scored the goal that won the cup."),
        Article("Tourists crowd the small hotel by the beach.", "Hotel guide"),
    ]
    top = [one.tags[0].topic for one in tagger.tag(articles, everything=True)]
    assert top == ["trade", "sport", "travel"]
    assert "pairs.weights" in fitted.arrays
    assert tagger.manifest.parameters["exclusive"] is True


@pytest.mark.parametrize("name", ["pairs.idf", "exclusive"])
def test_an_artifact_of_desks_with_an_array_that_does_not_fit_is_refused(
    fitted: Fitted, tmp_path: Path, name: str
) -> None:
    registry = Registry(tmp_path)
    folder = registry.folder(saving.save(fitted, registry))
    array_file.dump({**fitted.arrays, name: np.zeros(7)}, folder / artifact.ARRAYS)
    accept(folder)
    with pytest.raises(ArtifactError, match=f"array {name} is"):
        Tagger.load(folder)


def test_the_topic_with_the_highest_score_is_the_most_confident(fitted: Fitted) -> None:
    """All topics share a curve, so that calibration never changes which desk it is."""
    calibration = fitted.decisions.calibrated.calibration
    assert (calibration.scores == calibration.scores[0]).all()
    assert (calibration.logits == calibration.logits[0]).all()


def test_other_presets_leave_no_pairs_in_the_artifact(small_tagger: Tagger) -> None:
    assert list(small_tagger.scorer.fields) == ["article", "headline"]


def test_contributions_of_words_and_pairs_sum_to_the_logit(tagger: Tagger) -> None:
    article = Article("A pact on free trade, free trade in wine; the cup final.", "Free trade")
    vectors = tagger.scorer.vectors(article)
    scores = tagger.scorer.scores(vectors)
    for topic in range(3):
        empty = float(tagger.scorer.empty[topic])
        parts = list(tagger.scorer.contributions(vectors, topic))
        assert "free trade" in [term for term, _ in parts]
        slope = tagger.calibration.slope(topic, empty, float(scores[topic]))
        at_empty = tagger.calibration.logit(tagger.scorer.empty)[topic]
        total = at_empty + slope * sum(part for _, part in parts)
        assert total == pytest.approx(tagger.calibration.logit(scores)[topic])


def test_evidence_shows_where_a_pair_stands(tagger: Tagger) -> None:
    article = Article("The Free a trade pact. Free\ntrade!", "İ free trade")
    (tagging,) = tagger.tag([article], explain=True, everything=True, limit=1)
    evidence = {one.term: one for one in tagging.tags[0].evidence}
    pair = evidence["free trade"]
    assert [article.text[a:b] for a, b in pair.spans] == ["Free a trade", "Free\ntrade"]
    assert [article.headline[a:b] for a, b in pair.headline_spans] == ["free trade"]


def by_hand(scorer: Scorer, article: Article) -> np.ndarray:
    """Return the scores by scikit-learn's own vectorizers, with the scorer's weights."""
    total = scorer.intercept.copy()
    whole = f"{article.headline}\n{article.text}"
    for name, text in (("article", whole), ("headline", article.headline), ("pairs", whole)):
        field = scorer.fields[name]  # type: ignore[index]
        vectorizer = TfidfVectorizer(
            vocabulary=dict(field.terms.rows),
            ngram_range=(1, 2 if name == "pairs" else 1),
            preprocessor=normalise,
            sublinear_tf=True,
        )
        vectorizer.idf_ = field.idf.astype(np.float64)
        weights = field.weights[:, : len(total)] * field.scales[:, np.newaxis].astype(np.float64)
        total += np.asarray(vectorizer.transform([text]) @ weights).ravel()
    return np.asarray(logit(softmax_of(total)))


def engines(tagger: Tagger) -> list[Scorer]:
    """Return the plain scorer, and the fastest that is installed."""
    scorer = tagger.scorer
    return [Scorer(scorer.fields, scorer.intercept, exclusive=True), scorer]


def test_both_scorers_find_the_same_words_and_pairs(tagger: Tagger) -> None:
    plain, fast = engines(tagger)
    for text in (*TEXTS, "", "tariff", "a tariff x on", "free, free trade free trade İnn"):
        article = Article(text, "Free trade")
        ours, theirs = plain.vectors(article)["pairs"], fast.vectors(article)["pairs"]
        assert ours.terms == theirs.terms
        assert np.array_equal(ours.values, theirs.values)
        assert (ours.n_tokens, ours.n_known) == (theirs.n_tokens, theirs.n_known)


def test_an_article_scores_exactly_the_same_alone_and_in_a_batch(tagger: Tagger) -> None:
    articles = [Article(text) for text in (*TEXTS, "", "tariff goal goal")]
    for scorer in engines(tagger):
        alone = [scorer.score([article])[0] for article in articles]
        assert all(map(np.array_equal, scorer.score(articles), alone))


WORDS = [*" ".join(TEXTS).split(), "x", "İzmir", "1987"]


@settings(max_examples=200, deadline=None)
@given(
    text=st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS)).map(" ".join)),
    headline=st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
    start=st.integers(0, 17),
)
def test_scores_equal_scikit_learns_with_words_and_pairs(
    tagger: Tagger, text: str, headline: str, start: int
) -> None:
    article = Article(f"{TEXTS[start]} {text}", headline)
    expected = by_hand(tagger.scorer, article)
    for scorer in engines(tagger):
        np.testing.assert_allclose(scorer.score([article])[0], expected, atol=1e-5)


def test_the_weights_are_the_sum_of_a_softmax_of_columns_and_of_naive_bayes(
    desks: Corpus,
) -> None:
    recipe = replace(SMALL_DESK, vectors=0, half_life=None, weak_weight=0.0, ratio_weight=0.0)
    examples = Examples(desks, recipe)
    model = examples.fit(np.arange(18))
    X = model.features.transform(examples.counts)
    pairs = model.features.columns("pairs")
    y = desks.labels.argmax(axis=1)
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), preprocessor=normalise, sublinear_tf=True)
    J = vectorizer.fit_transform(TEXTS)
    np.testing.assert_allclose(X[:, pairs].toarray(), J.toarray(), atol=1e-12)
    bayes = MultinomialNB(alpha=0.05).fit(J, y)
    columns = [LinearSVC(C=0.1, tol=1e-6, random_state=0).fit(J, y == k) for k in range(3)]
    expected = np.stack([column.coef_[0] for column in columns], axis=1) / 0.56
    expected += 0.5 / 4.3 * bayes.feature_log_prob_.T
    expected -= expected.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(model.layer.coef[pairs], expected, atol=5e-3)


def test_scores_are_made_as_sure_as_they_are_right() -> None:
    """Shares drawn by their own probabilities, then made four times too sure or too shy."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, (4000, 5))
    drawn = (scores + rng.gumbel(size=scores.shape)).argmax(axis=1)
    labels = np.eye(5, dtype=np.int8)[drawn]
    for wrong in (0.25, 1.0, 4.0):
        leads = rivals.ahead(wrong * scores)
        by = exclusive.sharpness(leads, labels)
        assert by == pytest.approx(1 / wrong, rel=0.05)
        np.testing.assert_allclose(
            exclusive.sharpened(leads, 1 / wrong), rivals.ahead(scores), atol=1e-6
        )


def test_a_softmax_is_scikit_learns_where_no_term_tells_more_than_another() -> None:
    rng = np.random.default_rng(0)
    X = sp.csr_matrix(rng.random((200, 6)) + np.eye(6)[np.arange(200) % 6] * 0.2)
    y = rng.integers(0, 3, 200)
    labels = np.eye(3, dtype=np.int8)[y]
    found = softmax.fit(Lesson(X, labels, np.ones(200)), np.zeros((6, 0), dtype=np.float32))
    plain = LogisticRegression(C=0.5, tol=1e-8, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(
        log_softmax(found.decision_function(X), axis=1),
        log_softmax(plain.decision_function(X), axis=1),
        atol=0.05,
    )


def test_an_article_of_a_rare_topic_may_be_alone_in_its_fold(small_taxonomy: Taxonomy) -> None:
    rare = as_corpus([*ONE_EACH[:12], ("Inn", "The inn reopens", ("travel",))], small_taxonomy)
    fold = np.where(np.arange(13) < 12, np.arange(13) % 2, 1)
    found = out_of_fold.judge(Examples(rare, replace(SMALL_DESK, weak_weight=0.0)), fold)
    assert np.isfinite(found.scores).all()


def test_labels_that_are_doubted_leave_their_articles_out_of_the_fit(desks: Corpus) -> None:
    labels = desks.labels.copy()
    labels[3] = -1
    some = Examples(desks, SMALL_DESK, labels=labels).fit(np.arange(18))
    marked = Lesson(sp.csr_matrix(np.eye(18)), labels, np.ones(18)).decided()
    assert marked.X.shape == (17, 18)
    assert np.isfinite(some.layer.coef).all()


def test_recency_halves_a_weight_after_a_half_life() -> None:
    new = datetime(2026, 1, 1, tzinfo=UTC)
    year = timedelta(days=365.25)
    dates = [new, new - 2 * year, new - 4 * year, None, new - 400 * year]
    articles = [Article("x", published=date) for date in dates]
    found = recency.weights(articles, 2.0)
    assert found[1] / found[0] == pytest.approx(0.5)
    assert found[2] / found[0] == pytest.approx(0.25)
    assert found[4] / found[0] == pytest.approx(0.001)
    assert found[3] == 1.0
    assert found.mean() == pytest.approx(1.0)
    assert recency.weights(articles, None).tolist() == [1.0] * 5
    assert recency.weights(articles[3:4], 2.0).tolist() == [1.0]


def test_a_half_life_serves_every_preset(desks: Corpus) -> None:
    plain = config.preset(18, "best")
    aged = config.preset(18, "best", 0.5)
    assert aged == replace(plain, half_life=0.5)
    weights = [fit.fit(desks, recipe).arrays["article.weights"] for recipe in (plain, aged)]
    assert weights[0].shape == weights[1].shape
    assert not np.array_equal(weights[0], weights[1])


def test_word_vectors_are_the_same_again_and_of_length_one() -> None:
    terms = sorted({token for text in TEXTS for token in normalise(text).split()})
    first, second = (word_vectors.learn(TEXTS, [*terms, "nowhere"], 3) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert first.shape == (len(terms) + 1, 6)
    assert not first[-1].any()
    lengths = np.linalg.norm(first.reshape(-1, 2, 3), axis=2)
    assert np.all(np.isclose(lengths, 1, atol=1e-6) | (lengths == 0))


def test_words_that_keep_the_same_company_are_alike_and_texts_are_apart() -> None:
    animals = [f"the {one} sleeps on its warm mat" for one in ("cat", "dog")] * 5
    money = [f"our {one} fell on bad debts" for one in ("shares", "bonds")] * 5
    words = ["cat", "dog", "shares", "bonds", "sleeps", "fell", "mat", "debts", "warm", "bad"]
    found = word_vectors.learn([*animals, *money], words, 4)
    alike = found @ found.T
    assert alike[0, 1] > 0.9 * alike[0, 0]
    assert alike[2, 3] > 0.9 * alike[2, 2]
    assert abs(alike[0, 2]) < 0.1


@pytest.mark.parametrize("terms", [[], ["one"]])
def test_too_few_terms_have_no_vectors(terms: list[str]) -> None:
    assert word_vectors.learn(["one one two"], terms, 5).shape == (len(terms), 0)


def test_unlabelled_text_changes_vectors_but_never_labels_or_vocabulary(desks: Corpus) -> None:
    more = (Article("Beef and wine and tourists and goals in the quota of a strange zebra."),)
    with_more = replace(desks, unlabelled=more)
    plain, read = (Examples(corpus, SMALL_DESK) for corpus in (desks, with_more))
    assert np.array_equal(plain.labels, read.labels)
    assert plain.counts.terms == read.counts.terms
    assert plain.counts.vectors is not None
    assert read.counts.vectors is not None
    assert not np.array_equal(plain.counts.vectors, read.counts.vectors)
    assert "zebra" not in read.counts.terms["article"]
    assert with_more.digest == desks.digest


def test_unlabelled_text_is_named_in_the_manifest(desks: Corpus, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    more = (Article("Beef and wine and tourists."),)
    versions = [
        saving.save(fit.fit(corpus, SMALL_DESK), registry)
        for corpus in (desks, replace(desks, unlabelled=more))
    ]
    data = [Tagger.load(registry.folder(version)).manifest.data for version in versions]
    assert "unlabelled" not in data[0]
    assert data[1]["unlabelled"] == 1
    assert data[1]["unlabelled_sha256"] == unlabelled.digest(more)


def test_unlabelled_text_from_after_the_newest_article_is_not_read(desks: Corpus) -> None:
    newest = max(i.article.published for i in desks.articles if i.article.published)
    offered = (
        Article("undated"),
        Article("as new", published=newest),
        Article("later", published=newest + timedelta(seconds=1)),
    )
    found = unlabelled.texts(replace(desks, unlabelled=offered))
    assert found[18:] == ["\nundated", "\nas new"]


def test_a_trial_takes_the_preset_and_its_unlabelled_text(desks: Corpus) -> None:
    more = replace(desks, unlabelled=(Article("Beef and wine and tourists."),))
    found = trial.trial(more, SMALL_DESK, 0.25)
    assert found.time.test == 4


def test_the_same_articles_give_the_same_bytes(desks: Corpus, tmp_path: Path) -> None:
    found = []
    for jobs in (1, 2):
        registry = Registry(tmp_path / str(jobs))
        folder = registry.folder(saving.save(fit.fit(desks, SMALL_DESK, jobs), registry))
        found.append([path.read_bytes() for path in sorted(folder.iterdir())])
    assert found[0] == found[1]
