"""Topics without a label: each of the seeds' in turn, and 2020's pandemic in current events."""

import gzip
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bench.corpora import EVENTS, need
from bench.defaults import seed_corpus
from bench.rows import Row
from copytaster.archive.labelled import LabelledArticle
from copytaster.model.artifact import scorer_over
from copytaster.model.scorer import field_text
from copytaster.model.taxonomy import Topic
from copytaster.model.types import Article
from copytaster.training import columns, fit, newcomer, split
from copytaster.training import corpus as corpora
from copytaster.training.corpus import YES, Corpus

_YEAR = 2020
DEFINITION = (
    "In: stories about the spread of COVID-19, the disease caused by the new coronavirus, over the "
    "world: cases and deaths, tests, lockdowns, quarantine, travel bans, school closures, vaccines "
    "and treatment, and what it does to hospitals, economies and events."
)
#: Written as a desk might in March 2020, if it were as wise as one that knows what came after.
TERMS = (
    *("Covid-19", "coronavirus", "pandemic", "SARS-CoV-2", "lockdown", "quarantine"),
    *("social distancing", "face masks", "infections", "confirmed cases", "outbreak", "Wuhan"),
    *("World Health Organization", "epidemic", "vaccine", "self-isolation", "positive tests"),
)
_FIVE = ("Covid-19", "coronavirus", "pandemic", "lockdown", "quarantine")
#: Of headings, which Wikipedia's editors set and no tagger reads.
_ABOUT = re.compile(r"covid|pandemic|coronavirus", re.IGNORECASE)
_Truth = NDArray[np.bool_]


def run() -> list[Row]:
    """Add topics to taggers that were trained without them, and judge them on other articles."""
    return [*_seeds(), *_pandemic()]


def _seeds() -> list[Row]:
    whole = seed_corpus()
    half = split.folds(whole.groups, 2, 0) == 0
    past, rest = (
        Corpus(tuple(a for a, one in zip(whole.articles, part, strict=True) if one), whole.taxonomy)
        for part in (half, ~half)
    )
    arrays = fit.fit(past).arrays
    texts, later = ([item.article for item in part.articles] for part in (past, rest))
    trained = scorer_over(arrays).score(later) >= arrays["suggest"]
    ours, labels = [], []
    for column, topic in enumerate(whole.taxonomy):
        others = [at for at in range(len(whole.taxonomy)) if at != column]
        found = newcomer.add(columns.take(arrays, others), topic, texts).arrays
        truth = rest.labels[:, column] == YES
        ours.append(f1(scorer_over(found).score(later)[:, -1] >= found["suggest"][-1], truth))
        labels.append(f1(trained[:, column], truth))
    return [
        Row(
            "seeds: mean F1 of a topic by terms and definition; peer: by about 45 labels",
            float(np.mean(ours)),
            float(np.mean(labels)),
        ),
        Row("seeds: the worst topic's F1", min(ours)),
    ]


def _pandemic() -> list[Row]:
    whole, _ = corpora.load([need(EVENTS)])
    border = datetime(_YEAR, 1, 1, tzinfo=UTC)
    late = [_utc(item.article) >= border for item in whole.articles]
    past, rest = (
        tuple(a for a, one in zip(whole.articles, late, strict=True) if one is wanted)
        for wanted in (False, True)
    )
    truth = about(rest)
    arrays = fit.fit(Corpus(past, whole.taxonomy)).arrays
    texts, later = ([item.article for item in part] for part in (past, rest))
    before = scorer_over(arrays).score(later)
    rows, moved = [Row("events of 2020 under a heading of the pandemic", float(truth.sum()))], []
    for name, definition, terms in (
        ("17 terms and a definition", DEFINITION, TERMS),
        ("17 terms", "", TERMS),
        ("5 terms", "", _FIVE),
        ("a definition", DEFINITION, ()),
    ):
        topic = Topic("pandemic", "Pandemic", definition, terms=terms)
        found = newcomer.add(arrays, topic, texts).arrays
        scores = scorer_over(found).score(later)
        moved.append(float(np.abs(scores[:, :-1] - before).max()))
        same = (scores[:, :-1] >= found["suggest"][:-1]) == (before >= arrays["suggest"])
        moved.append(float((~same).sum()))
        ours = f1(scores[:, -1] >= found["suggest"][-1], truth)
        peer = f1(_searched(later, topic.terms), truth) if terms else None
        rows.append(Row(f"pandemic of 2020 by {name}: F1; peer: any of the terms", ours, peer))
    name = "most that another topic's score or decisions moved"
    rows.append(Row(name, max(moved), None, "at most 0.000001"))
    return rows


def _searched(articles: Sequence[Article], terms: Sequence[str]) -> _Truth:
    found = re.compile("|".join(rf"\b{re.escape(term)}\b" for term in terms), re.IGNORECASE)
    return np.array([bool(found.search(field_text(one, "article"))) for one in articles])


def about(articles: Sequence[LabelledArticle]) -> _Truth:
    """Return which current events stand under a heading of the pandemic, (n_articles,), bool."""
    with gzip.open(EVENTS, "rt", encoding="utf-8") as handle:
        headings = {record["id"]: record["headings"] for record in map(json.loads, handle)}
    return np.array([any(_ABOUT.search(one) for one in headings[item.id]) for item in articles])


def f1(tagged: _Truth, truth: _Truth) -> float:
    """Return the F1 of tags, both of shape (n_articles,), bool."""
    return float(2 * (tagged & truth).sum() / max(tagged.sum() + truth.sum(), 1))


def _utc(article: Article) -> datetime:
    found = article.published
    return datetime.min.replace(tzinfo=UTC) if found is None else found.replace(tzinfo=UTC)
