"""The default tagger on real news that it has never seen: Wikinews, two broad categories."""

import gzip
import json

import numpy as np

from bench.corpora import WIKINEWS, need
from bench.defaults import seed_corpus, train
from bench.rows import Row
from copytaster.model.types import Article
from copytaster.training.metrics import Counts, compare

GROUPS = {
    "Politics and conflicts": (
        "politics elections diplomacy conflict defence human-rights crime-justice immigration"
    ),
    "Economy and business": "economy markets companies trade energy labour",
}


def run() -> list[Row]:
    """Call an article of a category where any topic of its group is a tag."""
    with gzip.open(need(WIKINEWS), "rt", encoding="utf-8") as handle:
        records = [record for record in map(json.loads, handle) if record["labels_complete"]]
    _, tagger = train(seed_corpus())
    articles = [Article(record["text"], record["headline"] or "") for record in records]
    given = [{tag.topic for tag in tagging.tags} for tagging in tagger.tag(articles)]
    rows = [Row("articles with complete labels", float(len(records)))]
    for category, slugs in GROUPS.items():
        decided = np.array([[bool(found & set(slugs.split()))] for found in given])
        truth = np.array([[category in record["topics"]] for record in records], dtype=np.int8)
        rows.extend(_rows(category, compare(decided, truth).micro))
    return rows


def _rows(category: str, counts: Counts) -> list[Row]:
    return [
        Row(f"{category}: precision", counts.precision),
        Row(f"{category}: recall", counts.recall),
        Row(f"{category}: F1", counts.f1),
    ]
