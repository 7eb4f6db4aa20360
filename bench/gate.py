"""How often the gate errs: equal and worse challengers, poisoned labels, and an honest stream."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.corpora import EVENTS, REUTERS, need
from bench.rows import Row
from copytaster.archive.labelled import LabelledArticle
from copytaster.cli.screen import progress_bar
from copytaster.model.registry import Registry
from copytaster.training import checks, contest, doubts, fit, gate, held_out, saving, split
from copytaster.training import corpus as corpora
from copytaster.training.config import BEST, FAST, Recipe
from copytaster.training.contest import Contest, Decided
from copytaster.training.corpus import Corpus
from copytaster.training.held_out import Contender, Share
from copytaster.training.ruling import Limits, Ruling

#: Articles that a simulated gate judges by, and how often it does.
SIZES = (200, 400, 800)
TIMES = 100
#: The share of the past that a worse challenger learned from: about 0, 1.5 and 3.5 points worse.
PARTS = (0.9, 0.5, 0.3)
#: The share of one topic's labels that are flipped.
RATE = 0.3
TOPICS = ("acq", "crude", "money-fx", "grain", "interest", "ship", "trade", "wheat")
_PAST = 0.6
_STEP = 800

Flip = Callable[[LabelledArticle, str], LabelledArticle]


def run() -> list[Row]:
    """Simulate, poison, and follow an honest stream."""
    reuters, events = load(REUTERS, 1), load(EVENTS, 4)
    with tempfile.TemporaryDirectory() as folder, progress_bar() as progress:
        bench = _Bench(Registry(Path(folder)), progress)
        return [
            *_errors("Reuters", reuters, bench),
            *_errors("current events", events, bench),
            *_poisoned(load(REUTERS, 2), bench),
            *_stream(load(EVENTS, 2, 20_000), bench),
        ]


def load(path: Path, every: int, most: int | None = None) -> Corpus:
    """Return every so many-th of the first articles at *path*, by date."""
    whole, _ = corpora.load([need(path)])
    items = sorted(whole.articles[::every], key=lambda item: split.seconds(item.article))
    return Corpus(tuple(items[:most]), whole.taxonomy)


@dataclass(frozen=True, slots=True)
class _Bench:
    """Where taggers are kept, and who is told that another is made."""

    registry: Registry
    progress: fit.Progress

    def train(self, corpus: Corpus, rows: Sequence[int], recipe: Recipe = BEST) -> Contender:
        part = Corpus(tuple(corpus.articles[row] for row in rows), corpus.taxonomy)
        version = saving.save(fit.fit(part, recipe, 1, self.progress), self.registry)
        return Contender.load(self.registry.folder(version))


def _errors(name: str, corpus: Corpus, bench: _Bench) -> Iterator[Row]:
    """Draw articles to judge by, again and again, and count what passes."""
    rng = np.random.default_rng(0)
    past = np.arange(int(_PAST * len(corpus.articles)))
    champion = bench.train(corpus, past.tolist(), FAST)
    rows = np.flatnonzero(held_out.unseen(corpus, champion))
    for part in PARTS:
        drawn = np.sort(rng.choice(past, int(part * len(past)), replace=False))
        challenger = bench.train(corpus, drawn.tolist(), FAST)
        found = contest.contest(champion.tagger, challenger.tagger, corpus, rows)
        gain = 100 * checks.micro(found, Limits())[0].gain
        for size in SIZES:
            if part == PARTS[0]:
                swapped = [swap(sample(found, size, rng), rng) for _ in range(TIMES)]
                yield _passed(f"{name}, {size} stories: equal taggers pass", swapped)
            kind = f"{name}, {size} stories: a tagger {gain:+.1f} points passes"
            yield _passed(kind, [sample(found, size, rng) for _ in range(TIMES)])


def sample(found: Contest, size: int, rng: np.random.Generator) -> Contest:
    """Return *size* stories of a contest, drawn without replacement."""
    drawn = rng.choice(np.unique(found.story), size, replace=False)
    rows = np.flatnonzero(np.isin(found.story, drawn))
    return replace(
        found,
        labels=found.labels[rows],
        story=found.story[rows],
        champion=_rows(found.champion, rows),
        challenger=_rows(found.challenger, rows),
    )


def swap(found: Contest, rng: np.random.Generator) -> Contest:
    """Return two taggers that are equal: each story's decisions change sides or do not, by lot."""
    _, group = np.unique(found.story, return_inverse=True)
    other = (rng.random(int(group.max()) + 1) < 1 / 2)[group][:, np.newaxis]
    one, two = found.champion, found.challenger

    def mixed(first: Decided, second: Decided) -> Decided:
        return replace(
            first,
            tags=np.where(other, second.tags, first.tags),
            auto=np.where(other, second.auto, first.auto),
        )

    return replace(found, champion=mixed(one, two), challenger=mixed(two, one))


def _rows(one: Decided, rows: NDArray[np.int64]) -> Decided:
    return replace(one, tags=one.tags[rows], auto=one.auto[rows], confidence=one.confidence[rows])


def _passed(name: str, drawn: Sequence[Contest]) -> Row:
    limits = Limits()
    failed = np.array(
        [
            [
                not checks.micro(one, limits)[1].passed,
                checks.worse(one, limits).refused.any(),
                not checks.auto(one, limits)[0].passed,
                not doubts.labels(one, limits)[0][0].passed,
            ]
            for one in drawn
        ]
    )
    micro, topic, auto, labels = failed.mean(axis=0)
    said = (
        f"(refused by micro {micro:.3f}, topic {topic:.3f}, auto {auto:.3f}, labels {labels:.3f})"
    )
    return Row(f"{name} {said}", float((~failed.any(axis=1)).mean()))


def _poisoned(corpus: Corpus, bench: _Bench) -> Iterator[Row]:
    """Flip labels of one topic in all that is new: where the challenger learns, and everywhere."""
    past = int(_PAST * len(corpus.articles))
    champion = bench.train(corpus, range(past))
    held = held_out.choose(corpus, champion, Share())
    learnt = np.setdiff1d(np.arange(len(corpus.articles)), held).tolist()
    for kind, flip in (("30 % of all its labels", _any), ("30 % of its yes labels", _yes)):
        rulings = {"clean": [], "poisoned too": []}  # type: dict[str, list[Ruling]]
        for topic in TOPICS:
            bad = poisoned(corpus, past, topic, flip)
            challenger = bench.train(bad, learnt)
            rulings["clean"].append(gate.judge(champion, challenger, corpus))
            rulings["poisoned too"].append(gate.judge(champion, challenger, bad))
        for where, found in rulings.items():
            yield from _refused(f"Reuters, {kind} flipped, held-out articles {where}", found)


def poisoned(corpus: Corpus, past: int, topic: str, flip: Flip) -> Corpus:
    """Return *corpus* with labels of *topic* flipped in 30 % of the articles from *past* on."""
    rng = np.random.default_rng(0)
    items = tuple(
        flip(item, topic) if row >= past and chance < RATE else item
        for row, (item, chance) in enumerate(
            zip(corpus.articles, rng.random(len(corpus.articles)).tolist(), strict=True)
        )
    )
    return Corpus(items, corpus.taxonomy)


def _any(item: LabelledArticle, topic: str) -> LabelledArticle:
    return replace(item, yes=item.yes ^ {topic})


def _yes(item: LabelledArticle, topic: str) -> LabelledArticle:
    return replace(item, yes=item.yes - {topic})


def _refused(name: str, rulings: Sequence[Ruling]) -> Iterator[Row]:
    """Count refusals that name the topic, and the damage of what is promoted."""
    named = [
        any(reason.topic == topic for reason in ruling.reasons)
        for topic, ruling in zip(TOPICS, rulings, strict=True)
    ]
    missed = ", ".join(topic for topic, one in zip(TOPICS, named, strict=True) if not one)
    yield Row(f"{name}: topic named (not: {missed or 'none'})", float(np.mean(named)))
    lost = [
        topic.champion.f1 - topic.challenger.f1
        for slug, ruling, one in zip(TOPICS, rulings, named, strict=True)
        if not one and (topic := ruling.topics[slug]).champion and topic.challenger
    ]
    if lost:
        yield Row(f"{name}: F1 lost by a topic that passes, mean", float(np.mean(lost)))


def _stream(corpus: Corpus, bench: _Bench) -> Iterator[Row]:
    """Retrain after every 800 articles, and count what the gate makes of it."""
    champion = bench.train(corpus, range(_STEP // 4))
    rulings = []
    for end in range(_STEP, len(corpus.articles) + 1, _STEP):
        now = Corpus(corpus.articles[:end], corpus.taxonomy)
        held = held_out.choose(now, champion, Share())
        challenger = bench.train(now, np.setdiff1d(np.arange(end), held).tolist())
        rulings.append(gate.judge(champion, challenger, now))
        if rulings[-1].promote:
            champion = challenger
    name = f"current events, {len(rulings)} honest retrainings"
    yield Row(f"{name}: promoted", float(np.mean([ruling.promote for ruling in rulings])))
    for check in ("micro", "topic", "auto", "labels"):
        failed = [
            any(reason.check == check and not reason.passed for reason in ruling.reasons)
            for ruling in rulings
        ]
        yield Row(f"{name}: refused by {check}", float(np.mean(failed)))
