"""The newsroom year: its months, what is counted of them, and a short one from end to end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bench import months
from bench.foresight import Score, counted
from bench.loops import Retrained
from bench.months import Stream
from bench.rows import Row
from bench.turns import Turn, follow
from copytaster.archive.labelled import LabelledArticle
from copytaster.model.taxonomy import Taxonomy
from copytaster.training.config import FAST
from copytaster.training.paired import Difference
from tests.newsroom import articles

TOPICS = Taxonomy.from_slugs(["sport", "trade"])


@pytest.fixture(scope="module")
def stream() -> Stream:
    """Sixty first articles, and three months of eighty each."""
    items = [dated(item, number) for number, item in enumerate(articles(150))]
    return months.cut(items, TOPICS, 60)


def dated(item: LabelledArticle, number: int) -> LabelledArticle:
    month = 1 if number < 60 else 2 + (number - 60) // 80
    date = datetime(2026, month, 1, tzinfo=UTC) + timedelta(minutes=number)
    return replace(item, article=replace(item.article, published=date))


def test_a_stream_is_cut_into_its_first_articles_and_months_by_date(stream: Stream) -> None:
    again = months.cut(
        [*(item for month in reversed(stream.months) for item in month.articles), *stream.first],
        TOPICS,
        60,
    )
    assert [month.name for month in again.months] == ["2026-02", "2026-03", "2026-04"]
    assert [len(month.articles) for month in again.months] == [80, 80, 80]
    assert {item.id for item in again.first} == {item.id for item in stream.first}
    assert [month.name for month in months.until(again, "2026-03").months] == ["2026-02", "2026-03"]


def test_only_every_so_many_th_month_is_fed_wrong_labels_and_of_one_topic(stream: Stream) -> None:
    wrong = months.poisoned(stream, 2)
    assert [month.poisoned is None for month in wrong.months] == [True, False, True]
    assert wrong.months[0] == stream.months[0]
    month = wrong.months[1]
    assert month.articles == stream.months[1].articles
    flipped = [fed.yes ^ item.yes for fed, item in zip(month.fed, month.articles, strict=True)]
    assert {frozenset(), frozenset({month.poisoned})} == set(flipped)
    assert 0.15 * 80 < sum(map(bool, flipped)) < 0.45 * 80
    assert months.poisoned(stream, 2) == wrong


def test_the_top_tag_and_all_tags_are_counted_apart() -> None:
    tags = np.array([[True, True], [False, False], [False, True]])
    truth = np.array([[True, False], [True, False], [False, True]])
    found = counted(tags, np.array([0, 1, 1]), truth)
    assert found == Score(articles=3, right=2, hits=2, both=6)
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.f1 == pytest.approx(4 / 6)
    assert found + Score() == found


def turn(month: str, outcome: str, gain: Difference | None, *failed: tuple[str, str]) -> Turn:
    worse, better = Score(10, 4, 4, 20), Score(10, 6, 6, 20)
    after = Retrained(outcome, failed, 2.0, 1.0, 100)
    return Turn(month, None, worse, better, after, gain)


def test_refusals_are_counted_by_check_and_by_what_the_month_after_shows() -> None:
    turns = [
        turn("2012-11", "too few", None),
        turn("2012-12", "refused", Difference(0.7, 0.6, -0.12, -0.08), ("auto", "trade")),
        turn("2013-01", "refused", Difference(0.6, 0.61, -0.01, 0.02), ("micro", "")),
        turn("2013-02", "promoted", Difference(0.6, 0.7, 0.05, 0.15)),
    ]
    year = pytest.importorskip("bench.newsroom_year", exc_type=ImportError)  # draws, by matplotlib
    rows: dict[str, Row] = {row.name: row for row in year.figures("", year.Year(turns, turns))}

    def shown(name: str) -> tuple[float, float | None]:
        return rows[name].ours, rows[name].peer

    assert shown("retrainings: promoted") == (1, None)
    assert shown("retrainings: refused") == (2, None)
    assert shown("retrainings: too few") == (1, None)
    assert shown("refused by auto (trade)") == (1, None)
    after = "challengers refused, the month after: worse"
    assert shown(f"{after} than the champion they met; peer: better") == (1, 1)
    assert shown(f"{after} for certain (95 %); peer: better for certain") == (1, 0)
    assert shown("from 2013 on, peer never retrained: accuracy of the top tag") == (0.6, 0.4)


def test_a_newsroom_learns_from_month_to_month_in_a_real_archive(stream: Stream) -> None:
    scrambled = replace(stream, first=tuple(_swapped(item) for item in stream.first))
    gated, free = (follow(scrambled, gated=one, recipe=FAST) for one in (True, False))
    assert [one.month for one in gated] == [one.month for one in free]
    assert gated[0].score == gated[0].never == free[0].score
    assert free[-1].score.accuracy > free[-1].never.accuracy
    assert [one.after.outcome for one in gated] == ["too few", "promoted", "promoted"]
    assert gated[1].gain is not None
    assert gated[1].gain.gain > 0
    assert free[-1].after.learned == 300


def _swapped(item: LabelledArticle) -> LabelledArticle:
    return replace(item, yes=frozenset(TOPICS.slugs) - item.yes)
