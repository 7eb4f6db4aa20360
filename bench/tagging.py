"""CPU time to tag one article of 2.3 kB, one by one and all at once, beside every peer."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import speed_model, workers
from bench.plots import draw_costs
from bench.rows import Row
from bench.speed_model import SpeedModel
from bench.workers import Worker

ROUNDS = 7
PLOT = Path(__file__).resolve().parents[1] / "docs" / "plots" / "tagging.svg"
_TITLES = {
    ("scikit", "pipeline"): "scikit-learn pipeline, one-vs-rest",
    ("scikit", "stacked"): "scikit-learn, stacked coefficients",
    ("fasttext", "all"): "fastText, all topics",
    ("fasttext", "above one half"): "fastText, topics above one half",
    ("vowpal", ""): "Vowpal Wabbit, multilabel_oaa",
    ("spacy", ""): "spaCy, bag-of-words textcat",
    ("libmultilabel", ""): "LibMultiLabel, linear",
    ("annif", ""): "Annif, svc",
    ("ours", "tags"): "our whole tags",
    ("ours", "copy"): "floor: copying the text",
    ("ours", "lower"): "floor: str.lower",
    ("ours", "tokens"): "floor: tokens by re.findall",
    ("ours", "tokenise"): "floor: tokenise only, compiled",
    ("ours", "look up"): "floor: tokenise and look up only, compiled",
}
_GOALS = {
    ("one", "scikit", "pipeline"): "at least 700 times",
    ("one", "scikit", "stacked"): "at least 50 times",
    ("one", "fasttext", "all"): "at least 4 times",
    ("many", "scikit", "stacked"): "at least 20 times",
    ("many", "scikit", "pipeline"): "at least 20 times",
    ("many", "fasttext", "all"): "at least 5 times",
    ("one", "ours", "look up"): "at most 1.5 times",
}
_ALIKE = "at least 0.9995"
_WAYS = {"one": "one by one", "many": "all in one call"}
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Spread:
    """Microseconds of CPU a text, of each round.

    Attributes
    ----------
    median, low, high : float
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: list[float]) -> "Spread":
        """Return the median and the extremes of *figures*."""
        return cls(float(np.median(figures)), min(figures), max(figures))

    def __str__(self) -> str:
        return f"{self.low:.4g} to {self.high:.4g}"


def run() -> list[Row]:
    """Time all engines in turn, round by round, each in its own process."""
    model = speed_model.get()
    with workers.started(list(workers.REQUIREMENTS), model.folder) as (running, missing):
        facts, timed = [*_facts(model), *_agreement(running)], _timed(running)
    draw_costs({_named(key): s.median for key, s in timed.items() if key[0] == "one"}, PLOT)
    rows = [*facts, *_rows(timed)]
    return [*rows, *(Row(f"skipped: {name}: {why}", float("nan")) for name, why in missing.items())]


def _facts(model: SpeedModel) -> list[Row]:
    sizes = [len(text.encode()) for text in model.articles]
    terms = (model.folder / "terms.txt").read_bytes().count(b"\n") + 1
    return [
        Row("topics of the speed model", float(speed_model.TOPICS), goal="at least 95"),
        Row("words of the speed model", float(terms), goal="at least 150000"),
        Row(f"articles; mean bytes {np.mean(sizes):.0f}", float(len(sizes))),
    ]


def _agreement(running: list[Worker]) -> list[Row]:
    """Compare our scores, of rounded weights, with those of the peers that hold them exactly."""
    found = {
        (worker.name, engine): worker.scores(engine)
        for worker in running
        for engine in worker.engines
    }
    ours = np.array(found.pop(("ours", "scores")))
    same = [np.array(scores) for scores in found.values() if scores is not None]
    apart = max(float(np.abs(ours - scores).max()) for scores in same)
    alike = min(float(((ours > 0) == (scores > 0)).mean()) for scores in same)
    engines = f"{len(same)} engines with the same weights, exact"
    return [
        Row(f"share of {ours.size} scores on the side of 0 of {engines}", alike, None, _ALIKE),
        Row(f"largest difference to the scores of {engines}", apart),
    ]


def _timed(running: list[Worker]) -> Mapping[_Key, Spread]:
    every = [(worker, engine) for worker in running for engine in worker.engines]
    figures: dict[_Key, list[float]] = {}
    for number in range(ROUNDS + 1):
        for worker, engine in every:
            for way in _WAYS:
                found = worker.microseconds(engine, way)
                if number:  # the first round only warms up
                    figures.setdefault((way, worker.name, engine), []).append(found)
    return {key: Spread.of(found) for key, found in figures.items()}


def _named(key: _Key) -> str:
    return "our scores" if key[1:] == ("ours", "scores") else _TITLES[key[1:]]


def _rows(timed: Mapping[_Key, Spread]) -> list[Row]:
    return [
        Row(
            f"{_WAYS[way]}: {_TITLES[name, engine]}",
            timed[way, "ours", "scores"].median,
            spread.median,
            goal=_GOALS.get((way, name, engine), ""),
            faster=name != "ours",
            spread=f"ours {timed[way, 'ours', 'scores']}, peer {spread}",
        )
        for way in _WAYS
        for (found, name, engine), spread in timed.items()
        if found == way and (name, engine) != ("ours", "scores")
    ]
