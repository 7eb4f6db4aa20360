"""The compiled way to evidence against the plain one."""

import gzip
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from copytaster.model import fused
from copytaster.model.evidence import PLACES, SHOWN
from copytaster.model.fused import FusedScorer
from copytaster.model.scorer import Field, FieldName, Scorer
from copytaster.model.tagger import Tagger
from copytaster.model.terms import Terms, pack
from copytaster.model.types import Article, Evidence
from copytaster.training import rounding

if not fused.available():
    pytest.skip("the scorer is not compiled", allow_module_level=True)

WORDS = ["steel", "cup", "goal", "hôtel", "ςας", "ab\U00010428cd", "ab\uff41cd", "0000", "naïve"]
N_TOPICS = 5
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [
                *WORDS,
                "STEEL",
                "Hôtel",
                "AB\U00010400CD",
                "ΣΑΣ",
                "1987",
                "İsteel",
                "stİeel",
                "no",
                "x",
            ]
        ),
        max_size=60,
    ).map(" ".join),
)
Told = list[tuple[Evidence, ...]]


def field(terms: Sequence[str], seed: int) -> Field:
    """Return a field over *terms* with random weights."""
    rng = np.random.default_rng(seed)
    weights, scales = rounding.to_int8(rng.normal(size=(len(terms), N_TOPICS)))
    idf = rng.uniform(1, 10, len(terms)).astype(np.float32)
    return Field(Terms(pack(sorted(terms))), idf, weights, scales)


def engines(*, exclusive: bool, pairs: bool) -> tuple[Scorer, Scorer]:
    """Return the plain and the compiled scorer over fields that do not know the same words."""
    fields: dict[FieldName, Field] = {
        "article": field(WORDS[2:], 0),
        "headline": field(WORDS[:4], 1),
    }
    if pairs:
        both = [f"{one} {other}" for one, other in product(WORDS, WORDS[:5])]
        fields["pairs"] = field([*WORDS[1:6], *both], 2)
    intercept = np.linspace(-1, 1, N_TOPICS)
    plain = Scorer(fields, intercept, exclusive=exclusive)
    return plain, FusedScorer(fields, intercept, exclusive=exclusive)


KINDS = {
    f"{'exclusive' if exclusive else 'independent'}, {'pairs' if pairs else 'words'}": engines(
        exclusive=exclusive, pairs=pairs
    )
    for exclusive, pairs in product([False, True], [False, True])
}


def must_agree(found: Told, expected: Told) -> None:
    """Hold that both name the same terms at the same places, to the last digits the same."""
    for ours, theirs in zip(found, expected, strict=True):
        assert [(one.term, one.spans, one.headline_spans) for one in ours] == [
            (one.term, one.spans, one.headline_spans) for one in theirs
        ]
        np.testing.assert_allclose(
            [one.contribution for one in ours],
            [one.contribution for one in theirs],
            rtol=1e-9,
            atol=1e-12,
        )


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(text=TEXTS, headline=TEXTS)
@example(text="", headline="")
@example(text="İİ steel cupİ goal", headline="ΑΣ İ hôtel\u0307 STİEEL")
@example(text="cup steel", headline="steel")
@example(text="goal " * 200 + "cup", headline="goal " * 70)
@example(text=" ".join(f"q{n}q steel" for n in range(300)), headline="")
def test_both_scorers_give_the_same_evidence(kind: str, text: str, headline: str) -> None:
    plain, compiled = KINDS[kind]
    article = Article(text, headline)
    wanted = [(topic, 0.5 + topic) for topic in range(N_TOPICS)]
    must_agree(compiled.evidence(article, wanted), plain.evidence(article, wanted))


def test_spans_are_offsets_into_the_text_as_it_was_sent() -> None:
    _, compiled = KINDS["independent, pairs"]
    article = Article("İİ (Steel) İ, a Hôtel CUP; İgoal", "İ goal")
    found = [one for every in compiled.evidence(article, ALL) for one in every]
    shown = {one.term: [article.text[a:b] for a, b in one.spans] for one in found}
    assert shown["hôtel"] == ["Hôtel"]
    assert shown["hôtel cup"] == ["Hôtel CUP"]
    assert shown["goal"] == ["goal"]
    assert {one.headline_spans for one in found if one.term == "goal"} == {((2, 6),)}


ALL = [(topic, slope) for topic in range(N_TOPICS) for slope in (1.0, -1.0)]


def test_terms_that_add_the_same_are_in_the_order_of_their_code_points() -> None:
    terms = sorted([*(f"w{chr(97 + n)}" for n in range(10)), "\uff41b", "\U00010428b", "wa0"])
    n = len(terms)
    alike = Field(
        Terms(pack(terms)),
        np.ones(n, np.float32),
        rounding.to_int8(np.ones((n, 1)))[0],
        np.ones(n, np.float32),
    )
    fields: dict[FieldName, Field] = {"article": alike, "headline": alike}
    article = Article(" ".join(reversed(terms)))
    plain, compiled = Scorer(fields, np.zeros(1)), FusedScorer(fields, np.zeros(1))
    (found,) = compiled.evidence(article, [(0, 1.0)])
    assert [one.term for one in found] == terms[:SHOWN]
    must_agree([found], plain.evidence(article, [(0, 1.0)]))


def test_many_terms_in_a_long_text_are_all_found() -> None:
    terms = sorted("".join(letters) for letters in product("abcdefghij", repeat=4))
    fields: dict[FieldName, Field] = {"article": field(terms, 3), "headline": field(terms, 4)}
    plain, compiled = Scorer(fields, np.zeros(N_TOPICS)), FusedScorer(fields, np.zeros(N_TOPICS))
    drawn = np.random.default_rng(0).choice(terms, 60_000).tolist()
    article = Article(" ".join(drawn), " ".join(drawn[:100]))
    must_agree(compiled.evidence(article, ALL), plain.evidence(article, ALL))


def test_evidence_of_real_articles_is_that_of_the_plain_scorer(
    default_tagger: Tagger, wikinews: Path
) -> None:
    scorer = default_tagger.scorer
    plain = Scorer(scorer.fields, scorer.intercept)
    with gzip.open(wikinews, "rt", encoding="utf-8") as lines:
        sent = [json.loads(line) for line, _ in zip(lines, range(200), strict=False)]
    for one in sent:
        article = Article(one["text"], one["headline"])
        best = np.argsort(-scorer.score([article])[0])[:3].tolist()
        wanted = [(topic, 1.5) for topic in best]
        must_agree(scorer.evidence(article, wanted), plain.evidence(article, wanted))


def test_no_term_shows_more_than_fifty_places_in_text_or_in_headline() -> None:
    _, compiled = KINDS["independent, words"]
    article = Article("goal " * 200, "goal " * 70)
    found = [one for every in compiled.evidence(article, ALL) for one in every]
    assert found
    assert {(len(one.spans), len(one.headline_spans)) for one in found} == {(PLACES, PLACES)}


def test_threads_that_share_a_scorer_get_the_evidence_that_one_alone_gets() -> None:
    _, compiled = KINDS["independent, pairs"]
    articles = [Article(f"{'goal cup ' * n} steel hôtel", WORDS[n % 4]) for n in range(40)]
    expected = [compiled.evidence(article, ALL) for article in articles]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            assert list(threads.map(lambda one: compiled.evidence(one, ALL), articles)) == expected


def test_a_topic_that_is_not_there_is_refused() -> None:
    compiled = pytest.importorskip("copytaster.model._scorer")
    scorer = KINDS["independent, words"][1]
    assert isinstance(scorer, FusedScorer)
    found = scorer.compiled.explain("", "goal", PLACES)
    assert isinstance(found, compiled.Explanation)
    for topic in (-1, 32):
        with pytest.raises(ValueError, match="topic"):
            found.strongest(topic, 1.0, SHOWN)
    with pytest.raises(ValueError, match="topic"):
        found.strongest(0, 1.0, SHOWN, np.zeros(33))
    with pytest.raises(ValueError, match="topics"):
        found.add_to(np.zeros(33))
    with pytest.raises(TypeError, match="None"):
        scorer.compiled.explain("", None, PLACES)
