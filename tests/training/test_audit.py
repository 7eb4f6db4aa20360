from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copytaster.archive.labelled import LabelledArticle
from copytaster.model.errors import CorpusError
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.types import Article
from copytaster.training import audit, doubt
from copytaster.training.corpus import Corpus
from tests.stories import SMALL_RECIPE, as_corpus, labelled

WORDS = {
    "trade": (("tariff", "quota", "export", "customs"), ("steel", "beef", "rice", "wine", "wool")),
    "sport": (("goal", "match", "coach", "striker"), ("league", "cup", "final", "derby", "medal")),
}
TAXONOMY = Taxonomy.from_slugs(["sport", "trade"])
WRONG, MISSING = 5, 25


def clear_articles() -> list[LabelledArticle]:
    """Forty articles, each of one topic, whose words leave no doubt."""
    stories = [
        (" ".join(pair), f"The {pair[0]} and the {pair[1]} on day {n}", (topic,))
        for topic, (first, second) in WORDS.items()
        for n, pair in enumerate(product(first, second))
    ]
    return list(as_corpus(stories, TAXONOMY).articles)


@pytest.fixture(scope="module")
def planted() -> Corpus:
    """Clear articles; one trade story is called sport too, and one sport story has no label."""
    articles = clear_articles()
    articles[WRONG] = replace(
        articles[WRONG],
        yes=frozenset({"trade", "sport"}),
        article=Article(f"{articles[WRONG].article.text} zyzzyva", "", id="wrong"),
    )
    articles[MISSING] = replace(articles[MISSING], yes=frozenset())
    return Corpus(tuple(articles), TAXONOMY)


@pytest.fixture(scope="module")
def found(planted: Corpus) -> audit.Audit:
    return audit.audit(planted, SMALL_RECIPE)


def test_planted_wrong_and_missing_labels_come_first(found: audit.Audit) -> None:
    first = found.suspects(2)
    assert {(s.row, s.topic, s.label) for s in first} == {
        (WRONG, "sport", "yes"),
        (MISSING, "sport", "no"),
    }


def test_the_evidence_against_a_yes_is_what_speaks_against_it_and_for_another(
    found: audit.Audit,
) -> None:
    (suspect,) = (s for s in found.suspects(2) if s.label == "yes")
    assert suspect.confidence < 0.5
    assert {term for term, _ in suspect.speaks_against} & {"quota", "export", "tariff", "beef"}
    assert all(part < 0 for _, part in suspect.speaks_against)
    assert suspect.instead == ("trade",)


def test_the_evidence_for_a_missing_label_are_the_terms_that_speak_for_it(
    found: audit.Audit, planted: Corpus
) -> None:
    (suspect,) = (s for s in found.suspects(2) if s.label == "no")
    headline = set(planted.articles[MISSING].article.headline.split())
    assert {term for term, _ in suspect.speaks_for} & headline
    assert all(part > 0 for _, part in suspect.speaks_for)


def test_the_evidence_comes_from_a_model_that_has_not_seen_the_article(
    found: audit.Audit,
) -> None:
    scorer = found.seen.scorers[int(found.seen.fold[WRONG])]
    assert "zyzzyva" not in scorer.fields["article"].terms.rows
    others = [s for at, s in enumerate(found.seen.scorers) if at != found.seen.fold[WRONG]]
    assert all("zyzzyva" in other.fields["article"].terms.rows for other in others)


def test_the_model_of_the_evidence_is_the_one_of_the_confidence(found: audit.Audit) -> None:
    for row, item in enumerate(found.corpus.articles):
        scorer = found.seen.scorers[int(found.seen.fold[row])]
        sport, trade = scorer.score([item.article])[0]
        confidence = found.seen.confidence[row]
        assert (sport > trade) == (confidence[0] > confidence[1])


def test_unknown_labels_are_never_suspects() -> None:
    articles = clear_articles()
    articles[MISSING] = replace(articles[MISSING], yes=frozenset(), complete=False)
    corpus = Corpus(tuple(articles), TAXONOMY)
    found = audit.audit(corpus, SMALL_RECIPE)
    assert found.seen.confidence[MISSING, corpus.taxonomy.slugs.index("sport")] > 0.5
    assert (found.suspicion[corpus.labels < 0] == 0).all()
    assert MISSING not in {suspect.row for suspect in found.suspects(1000)}


def test_suspects_are_worst_first_and_the_same_for_any_number_of_jobs(
    planted: Corpus, found: audit.Audit
) -> None:
    again = audit.audit(planted, SMALL_RECIPE, n_jobs=2)
    assert again.suspects(20) == found.suspects(20)
    suspicions = [suspect.suspicion for suspect in found.suspects(20)]
    assert suspicions == sorted(suspicions, reverse=True)
    assert all(suspect.confidence < 0.5 for suspect in found.suspects(20))


def test_suspects_can_be_limited_and_asked_for_by_topic(found: audit.Audit) -> None:
    assert len(found.suspects(1)) == 1
    assert {s.topic for s in found.suspects(50, ["sport"])} == {"sport"}
    assert (WRONG, "sport") not in {(s.row, s.topic) for s in found.suspects(50, ["trade"])}


def test_every_fitted_column_of_both_passes_moves_the_progress(planted: Corpus) -> None:
    seen: list[tuple[str, int, int]] = []
    audit.audit(planted, SMALL_RECIPE, progress=lambda *step: seen.append(step))
    total = 2 * SMALL_RECIPE.n_folds * len(TAXONOMY)
    assert [done for _, done, _ in seen] == list(range(1, total + 1))
    assert {of for _, _, of in seen} == {total}


def test_one_group_cannot_be_audited() -> None:
    with pytest.raises(CorpusError, match="at least 2 groups"):
        audit.audit(Corpus((labelled(1, "a", "b", []),), TAXONOMY), SMALL_RECIPE)


def test_labels_that_are_only_ever_yes_cannot_be_audited() -> None:
    articles = tuple(replace(item, complete=False) for item in clear_articles())
    with pytest.raises(CorpusError, match="known not to be about sport, trade"):
        audit.audit(Corpus(articles, TAXONOMY), SMALL_RECIPE)


def test_doubted_labels_become_unknown_but_a_topic_keeps_two_of_each_kind(
    planted: Corpus,
) -> None:
    doubted = np.zeros(planted.labels.shape, dtype=np.bool_)
    doubted[WRONG] = True
    doubted[:, 1] |= planted.labels[:, 1] == 1
    kept = doubt.without(planted.labels, doubted)
    assert kept[WRONG, 0] == -1
    assert (np.delete(kept[:, 0], WRONG) == np.delete(planted.labels[:, 0], WRONG)).all()
    assert (kept[:, 1] == planted.labels[:, 1]).all()


def test_the_estimate_counts_labels_whose_opposite_is_as_sure_as_labels_usually_are() -> None:
    confidence = np.array([[0.9], [0.95], [0.9], [0.01], [0.1], [0.1], [0.05], [0.1], [0.97]])
    labels = np.array([[1], [1], [1], [1], [0], [0], [0], [0], [0]], dtype=np.int8)
    assert doubt.estimate(confidence, labels) == 2
    assert doubt.estimate(confidence, np.abs(labels)) == 2
    assert doubt.estimate(confidence, np.full_like(labels, -1)) == 0


@given(
    arrays(np.float64, (6, 3), elements=st.floats(0, 1)),
    arrays(np.int8, (6, 3), elements=st.integers(-1, 1)),
)
def test_agreement_is_the_probability_of_the_label_given(
    confidence: np.ndarray, labels: np.ndarray
) -> None:
    agreed = doubt.agreement(confidence, labels)
    assert (agreed[labels == 1] == confidence[labels == 1]).all()
    assert (agreed[labels == 0] == 1 - confidence[labels == 0]).all()
    assert (agreed[labels == -1] == 1).all()


def test_a_yes_of_a_rare_topic_that_is_never_recognised_is_a_weaker_suspect() -> None:
    confidence = np.full((100, 2), 0.05)
    confidence[:50, 0] = 0.95
    labels = np.zeros((100, 2), dtype=np.int8)
    labels[:51, 0] = 1
    labels[60:63, 1] = 1
    found = doubt.suspicion(confidence, labels)
    assert found[50, 0] == pytest.approx(0.95)
    assert 0.5 < found[60, 1] < 0.9
    assert found[70, 1] == pytest.approx(0.05)


@given(
    arrays(np.float64, (6, 3), elements=st.floats(0, 1)),
    arrays(np.int8, (6, 3), elements=st.integers(-1, 1)),
)
def test_suspicion_never_exceeds_the_confidence_in_the_opposite_label(
    confidence: np.ndarray, labels: np.ndarray
) -> None:
    found = doubt.suspicion(confidence, labels)
    assert (found <= 1 - doubt.agreement(confidence, labels) + 1e-9).all()
    assert (found[labels == -1] == 0).all()
