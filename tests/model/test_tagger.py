"""What the tagger says of articles, ordinary and odd."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.model.tagger import Tagger
from copytaster.model.types import Article
from tests.foreign import FOREIGN

STEEL = Article("Brussels doubled the tariff on imported steel.", "Steel tariff", id="a1")
TAIPEI = Article(
    "The foreign ministry in Taipei on Tuesday turned down an offer from Beijing to send an envoy "
    "for talks on the Taiwan Strait. Taiwanese officials said that any dialogue must be without "
    "conditions, and that Taiwan would decide for itself.",
    "Taipei rebuffs Beijing envoy over strait talks",
)
GERMAN = FOREIGN["de"][1]
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


def test_a_german_article_gets_no_auto_tag_from_an_english_tagger_and_says_so(
    default_tagger: Tagger,
) -> None:
    headline, text = FOREIGN["de"]
    german = Article(f"{text} Taiwan Taipei Taiwanese Beijing", headline)
    (tagging,) = default_tagger.tag([german])
    assert (tagging.language, tagging.review) == ("de", "language")
    (trusted,) = default_tagger.tag([replace(german, language="en")])
    assert [tag.tier for tag in trusted.tags if tag.topic == "taiwan"] == ["auto"]
    assert [tag.tier for tag in tagging.tags if tag.topic == "taiwan"] == ["suggest"]
    assert [replace(tag, tier=None) for tag in tagging.tags] == [
        replace(tag, tier=None) for tag in trusted.tags
    ]


@pytest.mark.parametrize("code", FOREIGN)
def test_a_story_in_another_language_has_too_few_known_words_to_pass_for_english(
    default_tagger: Tagger, code: str
) -> None:
    headline, text = FOREIGN[code]
    (tagging,) = default_tagger.tag([Article(text, headline)])
    assert tagging.known < default_tagger.reviewer.doubtful_below
    assert (tagging.language, tagging.review) == (code, "language")
    assert "auto" not in [tag.tier for tag in tagging.tags]


def test_the_language_of_the_article_is_trusted_against_its_text(default_tagger: Tagger) -> None:
    for language, review in (("de", "language"), ("en-GB", None), ("EN_us", None)):
        (tagging,) = default_tagger.tag([replace(TAIPEI, language=language)])
        assert (tagging.language, tagging.review) == (language, review)
        auto = [tag.topic for tag in tagging.tags if tag.tier == "auto"]
        assert ("taiwan" in auto) == (review is None)


@pytest.mark.parametrize("language", [None, "und", "zxx"])
def test_a_text_of_known_words_is_not_looked_at_for_its_language(
    default_tagger: Tagger, language: str | None
) -> None:
    (tagging,) = default_tagger.tag([replace(TAIPEI, language=language)])
    assert tagging.known >= default_tagger.reviewer.doubtful_below
    assert (tagging.language, tagging.review) == (language, None)
    strange = replace(TAIPEI, text=f"{TAIPEI.text} {'of their unguessable perspicuities ' * 30}")
    assert default_tagger.tag([replace(strange, language=language)])[0].language == "en"


def test_an_article_without_a_tag_says_whether_its_words_are_known(default_tagger: Tagger) -> None:
    junk, plain = default_tagger.tag([Article("qqzz ppyy wwxx"), Article("She was there before.")])
    assert (junk.tags, junk.review) == ((), "unfamiliar text")
    assert (plain.tags, plain.review) == ((), "nothing above threshold")
    assert (junk.language, plain.language) == (None, None)


@pytest.mark.parametrize(
    ("text", "review"),
    [
        ("qqzz ppyy", "unfamiliar text"),
        ("She was there before.", "nothing above threshold"),
        ("The elected senators of Taiwan.", None),
        (GERMAN, "language"),
    ],
)
def test_asking_for_more_or_fewer_tags_does_not_change_the_review(
    default_tagger: Tagger, text: str, review: str | None
) -> None:
    article = Article(text)
    found = {
        default_tagger.tag([article], everything=everything, limit=limit)[0].review
        for everything in (False, True)
        for limit in (None, 1)
    }
    assert found == {review}


def test_a_foreign_article_in_a_batch_gets_what_it_gets_alone(small_tagger: Tagger) -> None:
    articles = [Article(GERMAN), STEEL, Article("qqzz"), Article(FOREIGN["fr"][1]), Article(GERMAN)]
    assert small_tagger.tag(articles) == [small_tagger.tag([article])[0] for article in articles]
