"""Replies from the compiled writer, held to those made in Python."""

import copy
import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pydantic_core import to_json

from copytaster.model.calibration import Calibration
from copytaster.model.scorer import Scorer, Scores
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.tiers import Tiers
from copytaster.model.types import Story
from copytaster.service import replier, tally
from copytaster.service.replier import Replier
from copytaster.service.schemas import ArticleRequest, TaggingReply, TagQuery
from tests.foreign import FOREIGN
from tests.stories import SMALL

if not replier.available():
    pytest.skip("the compiled writer is not installed", allow_module_level=True)

QUERIES = [TagQuery(), TagQuery(all=True), TagQuery(limit=1), TagQuery(all=True, limit=2)]
_decimal: Any = replier._compiled.decimal
TEXTS = [f"{headline} {text}" for headline, text, _ in SMALL] + [
    FOREIGN[code][1] for code in FOREIGN
]
SENT = st.builds(
    ArticleRequest,
    text=st.sampled_from(TEXTS) | st.text(max_size=30),
    headline=st.sampled_from([headline for headline, _, _ in SMALL]) | st.text(max_size=10),
    id=st.none()
    | st.text(max_size=20)
    | st.text('a"\\/\x00\x1f\x7fé€😀', max_size=6)
    | st.integers(-(2**63), 2**63 - 1),
    language=st.none() | st.sampled_from(["en", "EN-gb", "de", "und", "yue", "mul-x"]),
)


def check(replies: Replier, sent: Sequence[ArticleRequest], queries: Iterable[TagQuery]) -> None:
    """Hold the compiled way to Python's, reply for reply and counter for counter."""
    for query in queries:
        found, expected = replies.reply(sent, query), replies.plain(sent, query)
        assert found.every == expected.every
        assert sorted(found.counted) == sorted(expected.counted)


def test_every_number_of_six_and_of_four_places_is_written_as_by_pydantic() -> None:
    for places in (4, 6):
        one = 10**places
        wrong = [
            n
            for n in range(one + 1)
            if _decimal(n / one, places) != to_json(round(n / one, places))
        ]
        assert wrong == []


def test_numbers_at_and_beside_the_middle_between_two_are_rounded_as_by_python() -> None:
    ties = [n / 128 for n in range(129)]  # among them every exact tie that a double can hold
    middles = [float(Fraction(2 * n + 1, 2 * 10**6)) for n in range(0, 10**6, 7)]
    values = np.array([*ties, *middles])
    near = [values, np.nextafter(values, 0), np.nextafter(values, 1)]
    for value in np.unique(np.concatenate(near)).tolist():
        for places in (4, 6):
            assert _decimal(value, places) == to_json(round(value, places)), (value, places)


def test_a_million_numbers_are_rounded_as_by_python() -> None:
    random = np.random.default_rng(5)
    evenly, sigmoids = random.random(500_000), 1 / (1 + np.exp(-20 * random.normal(size=500_000)))
    wrong = [
        value
        for value in np.concatenate([evenly, sigmoids]).tolist()
        if _decimal(value, 6) != to_json(round(value, 6))
    ]
    assert wrong == []


@given(st.floats(0, 1), st.sampled_from([4, 6]))
def test_any_number_is_rounded_as_by_python(value: float, places: int) -> None:
    assert _decimal(value, places) == to_json(round(value, places))


@settings(deadline=None)
@given(st.lists(SENT, max_size=5))
def test_replies_are_those_made_in_python(small_tagger: Tagger, sent: list[ArticleRequest]) -> None:
    check(Replier(small_tagger), sent, [*QUERIES, TagQuery(explain=True)])


def test_replies_to_the_seeds_are_those_made_in_python(default_tagger: Tagger) -> None:
    from copytaster import seeds

    lines = [
        line
        for path in sorted(seeds.ARTICLES.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    sent = [ArticleRequest.model_validate_json(line) for line in lines]
    assert len(sent) > 900
    check(Replier(default_tagger), sent, QUERIES)
    counted = list(Replier(default_tagger).reply(sent, TagQuery()).counted)
    assert len(counted) > 900


class Dealt(Scorer):
    """A scorer whose scores were made up."""

    def __init__(self, plain: Scorer, scores: Scores) -> None:
        super().__init__(plain.fields, plain.intercept)
        self._scores = scores

    def read(self, articles: Sequence[Story]) -> Scores:
        """Return them, whatever the articles."""
        assert len(articles) == len(self._scores.known)
        return self._scores


def dealt(tagger: Tagger, scores: NDArray[np.float64], known: list[float], seed: int) -> Tagger:
    """Return a tagger that has these scores, with curves and thresholds of its own."""
    random, n = np.random.default_rng(seed), scores.shape[1]
    n_knots = int(random.integers(2, 9))
    rises = random.random((2, n, n_knots)) + 0.01
    made = copy.copy(tagger)
    names = ["Trade", 'Say "so"', "Köln", "\\", "体育"]
    made.taxonomy = Taxonomy(
        tuple(Topic(f"t{k}", names[k % 5], uri=None if k % 3 else f"u:{k}") for k in range(n))
    )
    made.calibration = Calibration(rises[0].cumsum(axis=1) - 2, 3 * rises[1].cumsum(axis=1) - 6)
    suggest = random.choice([-1.0, 0.0, 1.0], n)
    proven = random.random(n) < 0.5
    made.tiers = Tiers(suggest, np.where(proven, suggest + random.choice([0.0, 1.0], n), np.inf))
    made.scorer = Dealt(tagger.scorer, Scores(scores, np.array(known)))
    return made


SCORES = arrays(
    np.float64,
    st.tuples(st.integers(0, 4), st.integers(1, 40)),
    elements=st.floats(-40, 40) | st.sampled_from([-1.0, 0.0, 1.0, 2.0]),
)


@settings(deadline=None, max_examples=300)
@given(SCORES, st.integers(0, 2**32 - 1), st.data())
def test_topics_tiers_and_confidences_are_those_of_python(
    small_tagger: Tagger, scores: NDArray[np.float64], seed: int, data: st.DataObject
) -> None:
    n = len(scores)
    known = data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n))
    sent = data.draw(st.lists(SENT, min_size=n, max_size=n))
    check(Replier(dealt(small_tagger, scores, known, seed)), sent, QUERIES)


def test_equal_confidences_stand_in_the_order_of_the_taxonomy(small_tagger: Tagger) -> None:
    made = dealt(small_tagger, np.full((1, 1200), 3.0), [1.0], seed=1)
    made.calibration = Calibration(np.tile([0.0, 1.0], (1200, 1)), np.tile([0.0, 1.0], (1200, 1)))
    sent = [ArticleRequest(text="x", language="en")]
    check(Replier(made), sent, QUERIES)
    (reply,) = Replier(made).reply(sent, TagQuery()).every
    assert [tag["topic"] for tag in json.loads(reply)["tags"]] == [f"t{k}" for k in range(1200)]


def test_topics_that_exclude_each_other_are_replied_to_as_in_python(small_tagger: Tagger) -> None:
    scorer, made = small_tagger.scorer, copy.copy(small_tagger)
    for exclusive in (type(scorer), Scorer):
        made.scorer = exclusive(scorer.fields, scorer.intercept, exclusive=True)
        check(Replier(made), [ArticleRequest(text=text) for text in TEXTS], QUERIES)


def test_without_the_compiled_writer_replies_are_made_in_python(
    small_tagger: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [ArticleRequest(text=text, id=text[:3]) for text in TEXTS]
    compiled = Replier(small_tagger).reply(sent, TagQuery())
    monkeypatch.setattr(replier, "_compiled", None)
    assert not replier.available()
    python = Replier(small_tagger).reply(sent, TagQuery())
    assert python.every == compiled.every
    assert list(python.counted) == list(compiled.counted)


def test_what_is_counted_is_what_was_replied(small_tagger: Tagger) -> None:
    sent = [ArticleRequest(text=text) for text in TEXTS]
    counters = tally.counters(small_tagger.taxonomy)
    for query in QUERIES:
        replies = Replier(small_tagger).reply(sent, query)
        expected: list[object] = []
        for line in replies.every:
            reply = TaggingReply.model_validate_json(line)
            expected += [("review", reply.review)] if reply.review else []
            expected += [("tag", tag.topic, tag.tier) for tag in reply.tags if tag.tier]
        assert sorted(map(str, (counters[at] for at in replies.counted))) == sorted(
            map(str, expected)
        )


def test_arrays_that_do_not_fit_are_refused(small_tagger: Tagger) -> None:
    writer = Replier(small_tagger)._writer
    good: list[Any] = [["a"], ["en"], b"\0", np.zeros((1, 3)), np.zeros(1), False, 9]
    assert len(writer.write(*good)[0]) == 1
    for at, wrong in enumerate((["a", "b"], [], b"", np.zeros((1, 2)), np.zeros(2))):
        with pytest.raises(ValueError, match="not as many"):
            writer.write(*good[:at], wrong, *good[at + 1 :])
