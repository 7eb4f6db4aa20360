"""What the tagger says of articles, ordinary and odd."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.model.tagger import Tagger
from copytaster.model.types import Article

STEEL = Article("Brussels doubled the tariff on imported steel.", "Steel tariff", id="a1")
ODD = {
    "empty": "",
    "emoji": "🏏🏏 wickets 👩‍👩‍👧 fell 🇹🇼",
    "right to left": "رفعت الحكومة الرسوم الجمركية \u202e tariff",
    "lone surrogate": "tariff \ud800 on \udfff steel",
    "NUL": "tar\x00iff\x00 tariff \x00",
    "one long word": "a" * 100_000,
    "dotted capital I": "İ" * 1000 + " tariff",
}


def test_a_topic_is_found_with_its_name_and_tier(small_tagger: Tagger) -> None:
    (tagging,) = small_tagger.tag([STEEL])
    assert [tag.topic for tag in tagging.tags] == ["trade"]
    assert tagging.tags[0].name == "Trade"
    assert tagging.tags[0].tier == "suggest"
    assert (tagging.id, tagging.model) == ("a1", small_tagger.version)


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_an_odd_text_gets_an_answer(small_tagger: Tagger, text: str) -> None:
    (tagging,) = small_tagger.tag([Article(text, text)], explain=True, everything=True)
    assert all(0 <= tag.confidence <= 1 for tag in tagging.tags)
    assert 0 <= tagging.known <= 1


def test_five_megabytes_get_an_answer(small_tagger: Tagger) -> None:
    text = "The tariff on steel doubled again in 1987. " * 120_000
    (tagging,) = small_tagger.tag([Article(text)], explain=True)
    assert "trade" in [tag.topic for tag in tagging.tags]
    assert len(text) > 5_000_000


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=80), st.text(max_size=30)), max_size=6))
def test_a_batch_gives_exactly_what_its_articles_would_alone(
    small_tagger: Tagger, texts: list[tuple[str, str]]
) -> None:
    articles = [Article(text, headline) for text, headline in texts]
    batch = small_tagger.tag(articles, explain=True, everything=True)
    alone = [small_tagger.tag([a], explain=True, everything=True)[0] for a in articles]
    assert batch == alone


def test_everything_reports_each_topic_and_no_tier_below_the_threshold(
    small_tagger: Tagger,
) -> None:
    (tagging,) = small_tagger.tag([STEEL], everything=True)
    assert sorted(tag.topic for tag in tagging.tags) == ["sport", "trade", "travel"]
    confidences = [tag.confidence for tag in tagging.tags]
    assert confidences == sorted(confidences, reverse=True)
    assert {tag.topic: tag.tier for tag in tagging.tags}["sport"] is None


def test_a_limit_keeps_the_most_confident(small_tagger: Tagger) -> None:
    (tagging,) = small_tagger.tag([STEEL], everything=True, limit=1)
    assert [tag.topic for tag in tagging.tags] == ["trade"]


def test_known_is_the_share_of_tokens_seen_in_training(small_tagger: Tagger) -> None:
    (tagging,) = small_tagger.tag([Article("tariff steel qqzz tariff")])
    assert tagging.known == pytest.approx(3 / 4)


def test_contributions_and_the_topics_constant_sum_to_the_logit(small_tagger: Tagger) -> None:
    vectors = small_tagger.scorer.vectors(STEEL)
    confidences = small_tagger.tag([STEEL], everything=True)[0].tags
    for column, slug in enumerate(small_tagger.taxonomy.slugs):
        parts = sum(part for _, part in small_tagger.scorer.contributions(vectors, column))
        score = float(small_tagger.scorer.scores(vectors)[column])
        empty = float(small_tagger.scorer.intercept[column])
        slope = small_tagger.calibration.slope(column, empty, score)
        constant = float(small_tagger.calibration.logit(small_tagger.scorer.intercept)[column])
        (confidence,) = [tag.confidence for tag in confidences if tag.topic == slug]
        assert slope * parts + constant == pytest.approx(
            math.log(confidence / (1 - confidence)), abs=1e-6
        )


def test_evidence_names_the_deciding_words_where_they_stand(small_tagger: Tagger) -> None:
    (tagging,) = small_tagger.tag([STEEL], explain=True)
    evidence = {item.term: item for item in tagging.tags[0].evidence}
    assert evidence["tariff"].spans == ((21, 27),)
    assert evidence["tariff"].headline_spans == ((6, 12),)
    contributions = [item.contribution for item in tagging.tags[0].evidence]
    assert contributions == sorted(contributions, reverse=True)
    assert min(contributions) > 0


def test_an_evidence_contribution_is_a_part_of_the_logit(small_tagger: Tagger) -> None:
    (tagging,) = small_tagger.tag([STEEL], explain=True)
    vectors = small_tagger.scorer.vectors(STEEL)
    found = {item.term: item.contribution for item in tagging.tags[0].evidence}
    column = small_tagger.taxonomy.slugs.index(tagging.tags[0].topic)
    parts = list(small_tagger.scorer.contributions(vectors, column))
    expected = sum(part for term, part in parts if term == "tariff")
    score = float(small_tagger.scorer.scores(vectors)[column])
    empty = float(small_tagger.scorer.intercept[column])
    slope = small_tagger.calibration.slope(column, empty, score)
    assert found["tariff"] == pytest.approx(expected * slope)
    assert slope != pytest.approx(1)


def test_a_term_shows_at_most_fifty_places(small_tagger: Tagger) -> None:
    (tagging,) = small_tagger.tag([Article("tariff " * 500)], explain=True)
    (tariff,) = [item for item in tagging.tags[0].evidence if item.term == "tariff"]
    assert len(tariff.spans) == 50


def test_a_higher_score_is_never_a_lower_confidence(small_tagger: Tagger) -> None:
    scores = np.linspace(-50, 50, 1001)[:, np.newaxis].repeat(3, axis=1)
    confidences = small_tagger.calibration.confidence(scores)
    assert (np.diff(confidences, axis=0) >= 0).all()
    assert ((confidences >= 0) & (confidences <= 1)).all()
