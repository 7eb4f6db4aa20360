"""The language rule: what it catches, what it accuses wrongly, and what it costs."""

import gzip
import json
import time
from pathlib import Path

from bench.corpora import REUTERS, WIKINEWS, need
from bench.defaults import seed_corpus, train
from bench.rows import Row
from copytaster.model import language
from copytaster.model.tagger import Tagger
from copytaster.model.types import Article
from tests.foreign import FOREIGN

_ROUNDS = 500
#: Lengths of pieces of text, in characters.
_PIECES = (30, 60, 120)


def run() -> list[Row]:
    """Tag stories in other languages and English copy, none of which says its language."""
    first = _seconds(1)
    _, tagger = train(seed_corpus())
    stories = [Article(text, headline) for headline, text in FOREIGN.values()]
    headlines = [Article("", headline) for headline, _ in FOREIGN.values()]
    wikinews, reuters = _articles(WIKINEWS), _articles(REUTERS)
    return [
        Row(f"foreign stories flagged, of {len(stories)}", _flagged(tagger, stories)),
        Row(f"foreign headlines flagged, of {len(headlines)}", _flagged(tagger, headlines)),
        Row("known, most in a foreign story", max(t.known for t in tagger.tag(stories))),
        *_english(tagger, "Wikinews", wikinews),
        *_english(tagger, "Reuters", reuters),
        *(_pieces([article.text for article in wikinews + reuters], n) for n in _PIECES),
        *(_foreign_pieces(n) for n in _PIECES),
        Row("first detection, with loading: ms", first * 1e3),
        Row("detection in 500 characters: ms", _seconds(_ROUNDS) * 1e3),
    ]


def _english(tagger: Tagger, name: str, articles: list[Article]) -> list[Row]:
    taggings = tagger.tag(articles)
    doubtful = sum(tagging.known < tagger.reviewer.doubtful_below for tagging in taggings)
    wrong = sum(tagging.review == "language" for tagging in taggings)
    return [
        Row(f"{name}: share of articles looked at", doubtful / len(taggings)),
        Row(f"{name}: flagged wrongly, of {len(taggings):,}", float(wrong)),
    ]


def _pieces(texts: list[str], length: int) -> Row:
    found = [language.detect(text[:length]) for text in texts if text]
    wrong = sum(code not in {None, "en"} for code in found)
    return Row(f"English cut to {length} called otherwise, of {len(found):,}", float(wrong))


def _foreign_pieces(length: int) -> Row:
    told = [
        language.detect(text[start : start + length]) == code
        for code, (_, text) in FOREIGN.items()
        if code != "zh"  # a character says as much as a word
        for start in range(0, len(text) - length, length // 2)
    ]
    return Row(f"foreign pieces of {length} told, share", sum(told) / len(told))


def _flagged(tagger: Tagger, articles: list[Article]) -> float:
    return float(sum(tagging.review == "language" for tagging in tagger.tag(articles)))


def _articles(path: Path) -> list[Article]:
    with gzip.open(need(path), "rt", encoding="utf-8") as handle:
        records = [json.loads(line) for line in handle]
    return [Article(record["text"] or "", record["headline"] or "") for record in records]


def _seconds(rounds: int) -> float:
    text = (" ".join(FOREIGN["de"]) * 2)[: language.READ]
    started = time.process_time()
    for _ in range(rounds):
        language.detect(text)
    return (time.process_time() - started) / rounds
