"""Tables that an evaluation closes with."""

import math
from collections.abc import Iterator

from rich.table import Table

from copytaster.cli.screen import table
from copytaster.training.evaluation import Evaluation, TopicFigures

_SHOWN = 10


def tables(found: Evaluation) -> Iterator[Table]:
    """Give the topics, the figures over all, and, where there are any, the rest."""
    yield _topics(found)
    yield _overall(found)
    if found.confusions:
        rows = [(pair.missed, pair.given, pair.articles) for pair in found.confusions[:_SHOWN]]
        yield table("Confusions", ("missed", "wrongly given", "articles"), rows, words=True)
    bought = _bought(found)
    if bought:
        yield table("What 50 more articles would buy", ("topic", "F1"), bought)


def _topics(found: Evaluation) -> Table:
    rows = [
        (
            slug,
            figures.articles,
            _figure(figures.precision),
            _figure(figures.recall),
            _figure(figures.f1),
            _bounds(figures.f1_low, figures.f1_high),
            _figure(figures.average_precision),
            *_auto(figures),
        )
        for slug, figures in found.topics.items()
    ]
    columns = ("topic", "articles", "precision", "recall", "F1", "95 % interval", "AP")
    title = f"{found.articles} articles, {found.stories} stories, judged by {found.model}"
    return table(title, (*columns, "auto precision", "auto finds"), rows)


def _overall(found: Evaluation) -> Table:
    micro, macro, auto = found.micro, found.macro, found.auto
    rows = [
        ("micro precision, recall", f"{_figure(micro.precision)}, {_figure(micro.recall)}"),
        ("micro F1 (95 % interval)", _within(micro.f1, micro.f1_low, micro.f1_high)),
        ("macro F1 (95 % interval)", _within(macro.f1, macro.f1_low, macro.f1_high)),
        ("mean average precision", _figure(macro.average_precision)),
        ("all topics of an article right", _share(found.subset_accuracy)),
        ("most confident topic right", _share(found.top_tag_accuracy)),
        ("auto: topics that have it", f"{auto.topics} of {found.taxonomy}"),
        (
            f"auto: precision of {auto.tags} tags",
            _within(auto.precision, auto.precision_low, auto.precision_high),
        ),
        ("auto: labels that it finds", _share(auto.coverage)),
        ("articles with an auto tag", _share(auto.articles)),
        ("articles for review", _share(found.review)),
        ("Brier score", f"{found.calibration.brier:.5f}"),
        ("log loss", f"{found.calibration.log_loss:.5f}"),
        ("expected calibration error", _figure(found.calibration.ece)),
    ]
    return table("Over all topics", ("figure", "value"), rows)


def _bought(found: Evaluation) -> list[tuple[str, str]]:
    if found.learning is None:
        return []
    gains = [
        (curve.plus_50, slug)
        for slug, curve in found.learning.topics.items()
        if not math.isnan(curve.plus_50)
    ]
    return [(slug, f"+{gain:.3f}") for gain, slug in sorted(gains, reverse=True)[:_SHOWN]]


def _auto(figures: TopicFigures) -> tuple[str, str]:
    if math.isnan(figures.auto_from):
        return "-", "-"
    return _figure(figures.auto_precision), _share(figures.auto_coverage)


def _figure(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.1%}"


def _bounds(low: float, high: float) -> str:
    return "-" if math.isnan(low) else f"{low:.2f}-{high:.2f}"


def _within(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.3f} ({low:.3f} to {high:.3f})"
