"""What a challenger must show, on made-up decisions whose outcome is plain."""

import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from copytaster.training import checks, doubts
from copytaster.training.contest import Contest, Decided
from copytaster.training.ruling import Limits

LIMITS = Limits()
N = 400


def decided(tags: NDArray[np.bool_], **changes: NDArray[np.float64] | NDArray[np.bool_]) -> Decided:
    """Return *tags* as a tagger's decisions, none of them of tier ``auto``."""
    n_topics = tags.shape[1]
    plain = Decided(
        tags=tags,
        auto=np.zeros(tags.shape, dtype=np.bool_),
        confidence=tags.astype(np.float64),
        knows=np.ones(n_topics, dtype=np.bool_),
        promise=np.full(n_topics, np.nan),
        precision=np.full(n_topics, 0.9),
        recall=np.full(n_topics, 0.9),
        learnt=np.full(n_topics, 1000.0),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # names and values go together


def pair(
    labels: NDArray[np.int8], champion: Decided, challenger: Decided, groups: object = None
) -> Contest:
    slugs = tuple(f"topic-{n}" for n in range(labels.shape[1]))
    own = np.arange(len(labels)) if groups is None else np.asarray(groups)
    return Contest(slugs, slugs, labels, own, champion, challenger)


@pytest.fixture
def labels() -> NDArray[np.int8]:
    """Labels of 400 articles: 100 carry topic-0, 40 topic-1."""
    found = np.zeros((N, 2), dtype=np.int8)
    found[:100, 0] = 1
    found[80:120, 1] = 1
    return found


def wrong(labels: NDArray[np.int8], topic: int, rows: slice) -> NDArray[np.bool_]:
    """Return decisions that are right but for *topic* in *rows*."""
    tags: NDArray[np.bool_] = labels == 1
    tags[rows, topic] = ~tags[rows, topic]
    return tags


def test_a_tagger_that_decides_alike_passes_every_check(labels: NDArray[np.int8]) -> None:
    same = decided(wrong(labels, 0, slice(5)))
    found = pair(labels, same, same)
    micro, reason = checks.micro(found, LIMITS)
    assert reason.passed
    assert micro.gain == micro.low == 0
    assert checks.enough(found, LIMITS) is None
    for reasons in (
        checks.topics(found, LIMITS)[1],
        checks.auto(found, LIMITS),
        doubts.labels(found, LIMITS)[0],
    ):
        assert [reason.passed for reason in reasons] == [True]


def test_a_topic_that_is_worse_is_named_with_its_counts(labels: NDArray[np.int8]) -> None:
    found = pair(labels, decided(labels == 1), decided(wrong(labels, 1, slice(90, 105))))
    topics, (reason,) = checks.topics(found, LIMITS)
    assert (reason.passed, reason.topic) == (False, "topic-1")
    assert "15 are decided worse and 0 better" in reason.words
    assert topics["topic-1"].refused
    assert topics["topic-1"].growth == pytest.approx(15 / 80)
    assert not topics["topic-0"].refused


def test_a_topic_that_may_be_worse_by_chance_is_not_refused(labels: NDArray[np.int8]) -> None:
    found = pair(labels, decided(labels == 1), decided(wrong(labels, 1, slice(90, 94))))
    assert checks.topics(found, LIMITS)[1][0].passed


def test_a_topic_that_is_worse_by_less_than_the_margin_is_not_refused() -> None:
    labels = np.ones((N, 1), dtype=np.int8)
    found = pair(labels, decided(labels == 1), decided(wrong(labels, 0, slice(20))))
    assert checks.topics(found, LIMITS)[1][0].passed
    assert not checks.topics(found, replace(LIMITS, topic_margin=0.02))[1][0].passed


def test_decisions_on_unknown_labels_change_nothing(labels: NDArray[np.int8]) -> None:
    labels[200:] = -1
    champion = decided(wrong(labels, 0, slice(4)))
    tags = wrong(labels, 0, slice(9))
    other = tags.copy()
    other[200:] = ~other[200:]
    one, two = (pair(labels, champion, decided(some)) for some in (tags, other))
    assert checks.micro(one, LIMITS) == checks.micro(two, LIMITS)
    assert checks.topics(one, LIMITS)[1] == checks.topics(two, LIMITS)[1]


def test_a_lower_micro_f1_is_refused(labels: NDArray[np.int8]) -> None:
    found = pair(labels, decided(labels == 1), decided(wrong(labels, 0, slice(60))))
    _, reason = checks.micro(found, LIMITS)
    assert not reason.passed
    assert "so it is worse" in reason.words


def test_what_is_not_proven_says_how_many_articles_would_tell(labels: NDArray[np.int8]) -> None:
    champion, alike = (decided(wrong(labels, 0, rows)) for rows in (slice(10), slice(10, 20)))
    micro, reason = checks.micro(pair(labels, champion, alike), LIMITS)
    assert micro.gain == 0
    assert not reason.passed
    words = re.search(r"is not proven: 400 articles are too few; about (\d+) would", reason.words)
    assert words
    assert 400 < int(words[1]) < 4000


def auto(labels: NDArray[np.int8], right: int, wrong_tags: int, promise: float = 0.95) -> Decided:
    """Return a tagger with so many auto tags of topic-0 that are right, and that are not."""
    tags = labels == 1
    tags[100 : 100 + wrong_tags, 0] = True
    own = np.zeros(tags.shape, dtype=np.bool_)
    own[100 - right : 100 + wrong_tags, 0] = True
    return decided(tags, auto=own, promise=np.array([promise, np.nan]))


def test_a_broken_promise_of_auto_is_refused_with_its_counts(labels: NDArray[np.int8]) -> None:
    (reason,) = checks.auto(pair(labels, decided(labels == 1), auto(labels, 40, 10)), LIMITS)
    assert (reason.passed, reason.topic) == (False, "topic-0")
    assert "95 % of its tags are right, but here 40 of 50 are" in reason.words


def test_a_promise_that_chance_alone_may_miss_is_kept(labels: NDArray[np.int8]) -> None:
    (reason,) = checks.auto(pair(labels, decided(labels == 1), auto(labels, 36, 4)), LIMITS)
    assert reason.passed


def test_a_promise_that_the_champion_breaks_as_well_is_a_note(labels: NDArray[np.int8]) -> None:
    found = pair(labels, auto(labels, 40, 12), auto(labels, 40, 10))
    assert checks.auto(found, LIMITS)[0].passed
    assert any("topic-0: auto promises" in note for note in checks.notes(found, LIMITS))
    better = pair(labels, auto(labels, 40, 5), auto(labels, 40, 10))
    assert not checks.auto(better, LIMITS)[0].passed


def test_of_a_group_one_auto_tag_counts(labels: NDArray[np.int8]) -> None:
    groups = np.arange(N)
    groups[100:110] = 100
    found = pair(labels, decided(labels == 1), auto(labels, 40, 10), groups)
    right, given = checks.auto_tags(found, found.challenger)
    assert (right[0], given[0]) == (40, 41)
    assert checks.auto(found, LIMITS)[0].passed


def test_topics_that_come_go_or_change_their_tier_are_named(labels: NDArray[np.int8]) -> None:
    old = decided(labels == 1, knows=np.array([True, False]), promise=np.array([0.95, np.nan]))
    new = decided(labels == 1)
    notes = checks.notes(pair(labels, old, new), LIMITS)
    assert "Topics that lose their auto tier: topic-0." in notes
    assert any(note.startswith("New topics") and "topic-1" in note for note in notes)
    notes = checks.notes(pair(labels, new, old), LIMITS)
    assert "Topics that go: topic-1." in notes
    assert "Topics that gain an auto tier: topic-0." in notes


def test_a_topic_that_only_one_knows_is_not_compared(labels: NDArray[np.int8]) -> None:
    none = np.zeros(labels.shape, dtype=np.bool_)
    none[:, 0] = labels[:, 0] == 1
    blind = decided(none, knows=np.array([True, False]))
    for found in (
        pair(labels, decided(labels == 1), blind),
        pair(labels, blind, decided(labels == 1)),
    ):
        micro, reason = checks.micro(found, LIMITS)
        topics, (topical,) = checks.topics(found, LIMITS)
        assert reason.passed
        assert topical.passed
        assert micro.champion == micro.challenger == 1
        assert topics["topic-1"].status in {"new", "retired"}


def test_labels_that_disagree_with_both_are_doubted(labels: NDArray[np.int8]) -> None:
    tags = labels == 1
    flipped = labels.copy()
    flipped[:40, 0] = 0
    flipped[200:280, 0] = 1
    found = pair(flipped, decided(tags), decided(tags.copy()))
    (reason,), notes = doubts.labels(found, LIMITS)
    assert (reason.passed, reason.topic) == (False, "topic-0")
    assert "of 140 articles with it here the champion finds 60, though" in reason.words
    assert "of 100 tags that the champion gives here 60 are right" in reason.words
    assert "copytaster audit --topic topic-0" in reason.words
    assert notes == ()


def test_labels_that_only_the_challenger_learned_are_doubted_by_its_cross_validation(
    labels: NDArray[np.int8],
) -> None:
    learnt = {"learnt": np.array([300.0, 100.0]), "recall": np.array([0.5, 0.85])}
    found = pair(labels, decided(labels == 1), decided(labels == 1, **learnt))
    (reason,), _ = doubts.labels(found, LIMITS)
    assert (reason.passed, reason.topic) == (False, "topic-0")
    assert "cross-validation finds 50 %; of the champion's 90 %" in reason.words


def test_a_champion_that_learned_from_other_articles_is_no_measure_of_labels(
    labels: NDArray[np.int8],
) -> None:
    low = decided(labels == 1, learnt=np.array([300.0, 100.0]), recall=np.array([0.5, 0.85]))
    (reason,), (note,) = doubts.labels(pair(labels, decided(labels == 1), low), LIMITS, 0.2)
    assert reason.passed
    assert "topic-0" in note
    assert "new to the champion" in note


def test_a_topic_that_changed_and_was_learned_is_a_note(labels: NDArray[np.int8]) -> None:
    champion = wrong(labels, 0, slice(20, 100))
    challenger = wrong(labels, 0, slice(55, 100))
    (reason,), (note,) = doubts.labels(pair(labels, decided(champion), decided(challenger)), LIMITS)
    assert reason.passed
    assert "topic-0" in note
    assert "it has learned the change" in note


def test_too_few_articles_are_said_to_be_too_few(labels: NDArray[np.int8]) -> None:
    few = labels[:30]
    reason = checks.enough(pair(few, decided(few == 1), decided(few == 1)), LIMITS)
    assert reason is not None
    assert "Too few to judge: 30 labelled article(s) in 30 stories" in reason.words
    blank = np.zeros_like(labels)
    assert checks.enough(pair(blank, decided(blank == 1), decided(blank == 1)), LIMITS)
