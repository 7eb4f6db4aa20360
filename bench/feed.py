"""A newsroom's feed from three real corpora: what an archive of 50,000 articles holds.

Reuters' wires, Wikinews and Wikipedia's current events, dealt out evenly, so that every part has
the same mix. An article's labels are known for the topics of its own corpus and for no other.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bench.corpora import EVENTS, REUTERS, WIKINEWS, need
from copytaster.model.taxonomy import Taxonomy

ARTICLES = 50_000
#: Wikinews' topic that current events have too, under another name.
_SAME = {"economy-and-business": "business-and-economy"}

#: Places with all differences different: a Golomb ruler.
_APART = (0, 1, 4, 6)


def articles(n_articles: int = ARTICLES) -> list[dict[str, Any]]:
    """Return the fields of the feed's first articles, as ``copytaster archive import`` reads them.

    Reuters and Wikinews are there as a whole, events as many as are wanted besides.
    """
    wires, wikinews, events = (list(_records(need(path))) for path in (REUTERS, WIKINEWS, EVENTS))
    wanted = ARTICLES - len(wires) - len(wikinews)
    chosen = [events[row * len(events) // wanted] for row in range(wanted)]
    return list(islice(_dealt((_known(wires), _known(wikinews), _known(chosen))), n_articles))


def longer(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a feed about four times as long, for its length: texts of four articles in each.

    They are of one corpus, and their labels are the first one's. No two share more than one text,
    so none is a near-duplicate that was not one before.
    """
    corpora: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        corpora.setdefault(one["id"].partition("-")[0], []).append(one)
    return [
        {**one, "text": "\n".join(part[(at + by) % len(part)]["text"] for by in _APART)}
        for part in corpora.values()
        for at, one in enumerate(part)
    ]


def taxonomy(found: Sequence[dict[str, Any]]) -> Taxonomy:
    """Return the topics of a feed."""
    return Taxonomy.from_slugs(
        [slug for one in found for slug in (*one["topics"], *one["not_topics"])]
    )


def write(found: Sequence[dict[str, Any]], path: Path) -> None:
    """Write articles as JSON lines."""
    with path.open("w", encoding="utf-8") as handle:
        handle.writelines(f"{json.dumps(one)}\n" for one in found)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            found = json.loads(line)
            slugs = (topic.lower().replace(" ", "-") for topic in found["topics"])
            found["topics"] = sorted({_SAME.get(slug, slug) for slug in slugs})
            yield found


def _known(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what an archive takes of *records*, with the topics of their corpus as no."""
    topics = {slug for one in records for slug in one["topics"]}
    return [
        {
            "id": one["id"],
            "date": one["date"],
            "headline": one["headline"],
            "text": one["text"],
            "topics": one["topics"],
            "not_topics": sorted(topics - {*one["topics"]})
            if one.get("labels_complete", True)
            else [],
            "complete": False,
        }
        for one in records
    ]


def _dealt(parts: Sequence[Sequence[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Yield all of *parts*, each spread evenly over the whole."""
    placed = (
        ((row + 0.5) / len(part), number, row)
        for number, part in enumerate(parts)
        for row in range(len(part))
    )
    for _, number, row in sorted(placed):
        yield parts[number][row]
