"""The table that a ruling opens with."""

import math

from rich.table import Table

from copytaster.cli.screen import table
from copytaster.training.ruling import Ruling, Side, TopicRuling

_COLUMNS = (
    "topic",
    "articles",
    "F1 before",
    "95 % interval",
    "F1 after",
    "95 % interval",
    "better",
    "worse",
    "by chance",
    "auto right",
    "",
)


def topic_table(ruling: Ruling) -> Table:
    """Return a row a topic: before, after, and on how many stories the two differ."""
    title = (
        f"{ruling.articles} articles, {ruling.stories} stories, that neither {ruling.champion} "
        f"nor {ruling.challenger} has seen"
    )
    return table(title, _COLUMNS, [_row(slug, topic) for slug, topic in ruling.topics.items()])


def _row(slug: str, topic: TopicRuling) -> tuple[object, ...]:
    chance = f"{topic.chance:.3f}" if topic.status == "shared" else "-"
    auto = topic.challenger
    promised = auto is not None and auto.auto is not None
    return (
        slug,
        topic.articles,
        *_f1(topic.champion),
        *_f1(topic.challenger),
        topic.better,
        topic.worse,
        chance,
        f"{auto.auto_right} of {auto.auto_tags}" if auto is not None and promised else "-",
        "refused" if topic.refused else topic.status if topic.status != "shared" else "",
    )


def _f1(side: Side | None) -> tuple[str, str]:
    if side is None or math.isnan(side.f1):
        return "-", "-"
    within = "-" if math.isnan(side.f1_low) else f"{side.f1_low:.2f}-{side.f1_high:.2f}"
    return f"{side.f1:.3f}", within
