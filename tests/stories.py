"""Small articles for tests, and ways to make corpora of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from copytaster import seeds
from copytaster.archive import formats
from copytaster.archive.labelled import LabelledArticle
from copytaster.model.scorer import field_text
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.types import Article
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus

#: For one-sentence articles, where most words come once and so tell naive Bayes nothing.
SMALL_RECIPE = Recipe(min_df=1, ratio_weight=0, C=1)

SMALL: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Steel duty rises", "Brussels doubled the tariff on imported steel coils.", ("trade",)),
    ("Beef quota row", "Exporters of beef want the import quota lifted.", ("trade",)),
    ("Customs queue grows", "Lorries with exports wait two days at customs.", ("trade",)),
    ("Pact signed", "Four ministers signed the free trade pact on wine.", ("trade",)),
    ("Shoe makers protest", "Shoe imports at low duty hurt makers, a lobby said.", ("trade",)),
    ("Rice shipments stop", "The embargo ended exports of rice by sea.", ("trade",)),
    ("Late goal wins cup", "The striker scored in stoppage time to win the cup.", ("sport",)),
    ("Bowler takes six", "Six wickets fell before lunch on the second day.", ("sport",)),
    ("Sprinter banned", "The sprinter tested positive and lost her medal.", ("sport",)),
    ("Coach leaves club", "The league's oldest coach leaves after the final.", ("sport",)),
    ("Record in marathon", "A runner from Eldoret won the marathon in the rain.", ("sport",)),
    ("Derby drawn", "The derby ended without a goal at half-empty stands.", ("sport",)),
    ("Slow train to the fjord", "The night train and a small hotel make a trip.", ("travel",)),
    ("Beach guide", "Tourists crowd the beach; the guesthouse behind it is quiet.", ("travel",)),
    ("Hotel tax", "Visitors will pay a tourist tax of two euros a night.", ("travel",)),
    ("Walking the wall", "The trail along the wall takes hikers six days.", ("travel",)),
    ("Cruise season", "Cruise passengers filled the old town's cafes.", ("travel",)),
    ("Inn reopens", "The inn on the pass reopens to holiday guests.", ("travel",)),
    ("Fans fly to final", "Tourists fill hotels before the cup final.", ("travel", "sport")),
    ("Ski tariffs", "A tariff on skis hits resort hotels and tourists.", ("travel", "trade")),
    ("Council paints bridge", "The bridge will be green, the council decided.", ()),
    ("Cat found", "A cat lost in March came home on foot.", ()),
    ("Library hours", "The library opens later from Monday.", ()),
    ("Old oak felled", "An oak older than the church was felled.", ()),
)


def labelled(
    number: int, headline: str, text: str, yes: Sequence[str], **known: object
) -> LabelledArticle:
    """Return a labelled article; *known* overrides fields."""
    fields: dict[str, object] = {
        "article": Article(text, headline, id=f"s{number}", language="en"),
        "yes": frozenset(yes),
        "no": frozenset(),
        "complete": True,
        "group": None,
        "split": None,
        "source": "tests",
        "line": number,
    }
    return LabelledArticle(**{**fields, **known})  # type: ignore[arg-type]


def as_corpus(stories: Sequence[tuple[str, str, Sequence[str]]], taxonomy: Taxonomy) -> Corpus:
    """Return *stories* (headline, text, topics) as a corpus."""
    return Corpus(tuple(labelled(n, *story) for n, story in enumerate(stories, 1)), taxonomy)


def dated(corpus: Corpus, hours: Sequence[int | None]) -> Corpus:
    """Return *corpus* with its articles published so many *hours* into 2026."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    articles = []
    for item, hour in zip(corpus.articles, hours, strict=True):
        published = None if hour is None else start + timedelta(hours=hour)
        articles.append(replace(item, article=replace(item.article, published=published)))
    return Corpus(tuple(articles), corpus.taxonomy)


def seed_texts() -> list[str]:
    """Return the texts of the default tagger's articles."""
    read = formats.read(seeds.ARTICLES)
    return [field_text(one.article, "article") for one in read if isinstance(one, LabelledArticle)]


def write_jsonl(path: Path, records: Sequence[object]) -> Path:
    """Write *records* one a line, and return *path*."""
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def small_records() -> list[dict[str, object]]:
    """Return the small stories as lines of a JSONL file would say them."""
    return [
        {
            "id": f"s{n}",
            "headline": headline,
            "text": text,
            "language": "en",
            "topics": list(topics),
        }
        for n, (headline, text, topics) in enumerate(SMALL, 1)
    ]
