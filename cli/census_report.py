"""Tables of a corpus's facts."""

import math

from rich.table import Table

from copytaster.cli.screen import table
from copytaster.training.census import Census


def topic_counts(taken: Census) -> Table:
    """Return a row a topic: articles that carry it, that carry only it, and hard negatives."""
    rows = [(t.slug, t.articles, t.alone, t.hard_negatives) for t in taken.topics]
    return table("Topics", ("topic", "articles", "of these alone", "hard negatives"), rows)


def facts(taken: Census) -> Table:
    """Return the facts that concern the whole corpus."""
    least, middle, most = taken.words
    carried = ", ".join(f"{n}: {count}" for n, count in enumerate(taken.labels) if count)
    growth = "; ".join(f"{seen:,} in {read:,}" for read, seen in taken.vocabulary)
    overlap, ids = taken.closest
    rows = [
        ("articles", f"{taken.articles:,}"),
        ("writing batches (groups)", taken.groups),
        ("words an article", f"{least} to {most}, median {middle:g}"),
        ("topics an article", f"{taken.cardinality:.2f} on average ({carried})"),
        ("vocabulary growth (words in tokens)", growth),
        ("Heaps exponent", f"{_heaps(taken.vocabulary):.2f}"),
        ("closest pair (5-word Jaccard)", f"{overlap:.3f}: {ids}"),
    ]
    return table("Facts", ("fact", "value"), rows, words=True)


def _heaps(vocabulary: tuple[tuple[int, int], ...]) -> float:
    """Slope of log vocabulary over log tokens from the first quarter to the whole."""
    (read, seen), (read_all, seen_all) = vocabulary[0], vocabulary[-1]
    if not 0 < read < read_all:
        return 0.0
    return math.log(seen_all / seen) / math.log(read_all / read)
