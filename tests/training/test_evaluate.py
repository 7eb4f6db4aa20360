"""A whole evaluation, its figures against scikit-learn, and the document that it makes."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    f1_score,
    log_loss,
)

from copytaster.model.errors import CorpusError
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import corpus as corpora
from copytaster.training import evaluate, judged
from copytaster.training.confusions import Confusion, confusions
from copytaster.training.corpus import Corpus
from copytaster.training.evaluation import Evaluation
from copytaster.training.learning_curve import LearningCurve, TopicCurve
from copytaster.training.mistakes import snippet
from tests.stories import SMALL, as_corpus, labelled

#: Articles that the small tagger gets partly wrong.
UNSEEN = (
    ("Duty on wine", "Imports of wine pay a tariff at customs.", ("trade",)),
    ("Cup tourists", "The striker scored; tourists fill the hotels.", ("sport", "travel")),
    ("Tariff of goals", "The tariff song was sung at the league final.", ("sport",)),
    ("Quota of medals", "Exporters of a free trade pact won a quota.", ("sport",)),
    ("Oak by the inn", "A beach, a trail and hotel guests.", ()),
    (
        "Rice at the border",
        "Exporters of rice wait at customs; the tariff is an import duty.",
        ("travel",),
    ),
)


@pytest.fixture(scope="module")
def unseen(small_taxonomy: Taxonomy) -> Corpus:
    """Six articles, the last two one story."""
    items = list(as_corpus(UNSEEN, small_taxonomy).articles)
    items[5] = replace(items[5], article=replace(items[5].article, chain="s5"))
    return Corpus(tuple(items), small_taxonomy)


@pytest.fixture(scope="module")
def found(small_tagger: Tagger, unseen: Corpus) -> Evaluation:
    """The small tagger, judged by them."""
    curve = LearningCurve((2, 4), (0.5, 0.6), {"trade": TopicCurve((1, 2), (0.5, 0.6), np.nan)})
    return evaluate.evaluate(small_tagger, unseen, data=["a.jsonl"], split="test", learning=curve)


@pytest.fixture(scope="module")
def document(found: Evaluation) -> dict[str, Any]:
    """What a script reads."""
    made: dict[str, Any] = json.loads(json.dumps(found.as_json(), allow_nan=False))
    return made


def test_accuracy_is_scikit_learns(small_tagger: Tagger, unseen: Corpus, found: Evaluation) -> None:
    scores = small_tagger.scorer.score([item.article for item in unseen.articles])
    decided = scores >= small_tagger.tiers.suggest
    truth = unseen.labels == 1
    assert found.subset_accuracy == pytest.approx(accuracy_score(truth, decided))
    assert found.micro.f1 == pytest.approx(f1_score(truth, decided, average="micro"))
    assert found.macro.f1 == pytest.approx(f1_score(truth, decided, average="macro"))
    assert found.macro.average_precision == pytest.approx(
        average_precision_score(truth, scores, average="macro")
    )
    assert found.review == pytest.approx(np.mean(~decided.any(axis=1)))


def test_calibration_figures_are_scikit_learns(
    small_tagger: Tagger, unseen: Corpus, found: Evaluation
) -> None:
    scores = small_tagger.scorer.score([item.article for item in unseen.articles])
    confidence = small_tagger.calibration.confidence(scores)
    truth = unseen.labels == 1
    pooled = truth.ravel(), confidence.ravel()
    assert found.calibration.brier == pytest.approx(brier_score_loss(*pooled))
    assert found.calibration.log_loss == pytest.approx(log_loss(*pooled))
    for column, figures in enumerate(found.topics.values()):
        known = truth[:, column], confidence[:, column]
        assert figures.brier == pytest.approx(brier_score_loss(*known))
        assert figures.log_loss == pytest.approx(log_loss(*known, labels=[False, True]))


def test_the_document_has_the_names_that_the_report_reads(document: dict[str, Any]) -> None:
    accuracy = {"precision", "recall", "f1", "f1_low", "f1_high"}
    bounds = {"precision_low", "precision_high"}
    assert set(document) == {
        *("model", "taxonomy", "data", "split", "articles", "stories", "published", "micro"),
        *("macro", "subset_accuracy", "top_tag_accuracy", "auto", "review", "calibration"),
        *("topics", "curves", "confusions", "mistakes", "learning"),
    }
    assert set(document["micro"]) == accuracy
    assert set(document["macro"]) == {"f1", "f1_low", "f1_high", "average_precision"}
    assert set(document["auto"]) == bounds | {
        *("topics", "tags", "precision", "coverage", "articles"),
    }
    calibration = {"brier", "log_loss", "ece"}
    assert set(document["calibration"]) == calibration | {"pairs", "reliability"}
    assert list(document["topics"]) == ["trade", "sport", "travel"]
    for topic in document["topics"].values():
        assert set(topic) == accuracy | calibration | {
            *("name", "articles", "average_precision", "suggest_from", "auto_from"),
            *("auto_tags", "auto_precision", "auto_coverage", "trained_on", "more_for_auto"),
        }
    assert list(document["curves"]) == ["", "trade", "sport", "travel"]
    for curve in document["curves"].values():
        assert set(curve) == {"thresholds", "precision", "recall", "reliability"}
    assert {frozenset(pair) for pair in document["confusions"]} == {
        frozenset({"missed", "given", "articles"})
    }
    for mistake in document["mistakes"]:
        assert set(mistake) == {
            *("kind", "topic", "confidence", "tier", "id", "source", "line", "headline"),
            *("snippet", "labels", "evidence"),
        }
    assert document["learning"] == {
        "sizes": [2, 4],
        "micro_f1": [0.5, 0.6],
        "topics": {"trade": {"articles": [1, 2], "f1": [0.5, 0.6], "plus_50": None}},
    }


def test_the_document_says_what_was_judged(document: dict[str, Any], small_tagger: Tagger) -> None:
    assert document["model"] == small_tagger.version
    assert (document["data"], document["split"]) == (["a.jsonl"], "test")
    assert (document["articles"], document["stories"], document["taxonomy"]) == (6, 5, 3)
    assert document["published"] is None
    assert document["auto"]["topics"] == 0
    assert document["auto"]["precision"] is None
    assert document["topics"]["trade"]["auto_from"] is None
    assert document["topics"]["trade"]["articles"] == 1
    assert document["topics"]["trade"]["trained_on"] == 7
    assert document["micro"]["f1"] == round(document["micro"]["f1"], 6)


def test_mistakes_come_with_the_words_that_led_to_them(
    small_tagger: Tagger, unseen: Corpus, document: dict[str, Any]
) -> None:
    seen = judged.judge(small_tagger, unseen)
    wrong = [item for item in document["mistakes"] if item["kind"] == "wrong"]
    missed = [item for item in document["mistakes"] if item["kind"] == "missed"]
    assert len(wrong) == (seen.decided & ~seen.truth).sum()
    assert len(missed) == (~seen.decided & seen.truth).sum()
    assert [w["confidence"] for w in wrong] == sorted(
        (w["confidence"] for w in wrong), reverse=True
    )
    assert [m["confidence"] for m in missed] == sorted(m["confidence"] for m in missed)
    assert {m["tier"] for m in missed} == {None}
    quota = next(item for item in wrong if item["id"] == "s4")
    assert (quota["topic"], quota["labels"], quota["tier"]) == ("trade", ["sport"], "suggest")
    assert (quota["source"], quota["line"]) == ("tests", 4)
    assert quota["snippet"] == "Exporters of a free trade pact won a quota."
    (tagging,) = small_tagger.tag([unseen.articles[3].article], explain=True, limit=1)
    assert quota["evidence"] == [
        {"term": part.term, "contribution": round(part.contribution, 6)}
        for part in tagging.tags[0].evidence
    ]


def test_a_confusion_is_a_missed_topic_where_another_was_wrongly_given() -> None:
    labels = np.array([[1, 0, 0], [1, 0, 0], [1, 0, -1], [1, 1, 0]], dtype=np.int8)
    decided = np.array([[0, 1, 0], [0, 1, 1], [0, 0, 1], [0, 1, 0]], dtype=np.bool_)
    assert confusions(decided, labels, ["a", "b", "c"]) == (
        Confusion("a", "b", 2),
        Confusion("a", "c", 1),
    )


def test_a_long_text_is_cut_at_a_word() -> None:
    cut = snippet("many  words\n" * 100)
    assert len(cut) <= 200
    assert cut.endswith(("many…", "words…"))
    assert snippet("x" * 300) == "x" * 199 + "…"
    assert snippet(" a\nb ") == "a b"


def test_articles_with_only_unknown_labels_move_no_figure_of_accuracy(
    small_tagger: Tagger, unseen: Corpus, found: Evaluation
) -> None:
    unknown = labelled(99, "Tariff", "A tariff on steel imports", (), complete=False)
    more = Corpus((*unseen.articles, unknown), unseen.taxonomy)
    again = evaluate.evaluate(small_tagger, more)
    for name in ("subset_accuracy", "top_tag_accuracy", "calibration", "confusions", "mistakes"):
        assert getattr(again, name) == getattr(found, name)
    assert again.micro.f1 == found.micro.f1
    assert again.articles == found.articles + 1


def test_the_most_confident_topic_is_sought_among_known_labels(
    small_tagger: Tagger, small_taxonomy: Taxonomy
) -> None:
    story = ("Duty", "A tariff on imports; a hotel.", ("travel",))
    unknown = Corpus((labelled(1, *story, complete=False),), small_taxonomy)
    refused = as_corpus([story], small_taxonomy)
    assert evaluate.evaluate(small_tagger, unknown).top_tag_accuracy == 1.0
    assert evaluate.evaluate(small_tagger, refused).top_tag_accuracy == 0.0


def test_articles_without_a_topic_of_the_tagger_judge_nothing(
    small_tagger: Tagger, small_taxonomy: Taxonomy
) -> None:
    bare = as_corpus([story for story in SMALL if not story[2]], small_taxonomy)
    with pytest.raises(CorpusError, match=r"none of 4 articles .* trade, sport, travel"):
        evaluate.evaluate(small_tagger, bare)


def test_labels_that_a_tagger_does_not_know_are_problems_and_left_out(
    small_taxonomy: Taxonomy,
) -> None:
    wider = Taxonomy.from_slugs(["trade", "sports", "sport", "travel"])
    stories = [("A", "a", ("trade", "sports")), ("B", "b", ("travel",))]
    kept, problems = corpora.restrict(as_corpus(stories, wider), small_taxonomy)
    assert [(p.kind, p.line) for p in problems] == [("unknown topic", 1)]
    assert "did you mean sport?" in problems[0].detail
    assert kept.taxonomy == small_taxonomy
    assert kept.labels.tolist() == [[1, 0, 0], [0, 0, 1]]


def test_auto_and_review_are_what_a_reply_would_say(small_tagger: Tagger) -> None:
    """An article in a foreign language gets no auto tag, and asks for an editor."""
    items = as_corpus(SMALL, small_tagger.taxonomy).articles
    foreign = tuple(replace(i, article=replace(i.article, language="fr")) for i in items[:9])
    corpus = Corpus((*foreign, *items[9:]), small_tagger.taxonomy)
    found = judged.judge(small_tagger, corpus)
    replies = small_tagger.tag([item.article for item in corpus.articles])
    auto = [sum(tag.tier == "auto" for tag in reply.tags) for reply in replies]
    assert found.auto.sum(axis=1).tolist() == auto
    assert found.review.tolist() == [reply.review is not None for reply in replies]
    assert found.review[:9].all()
