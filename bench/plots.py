"""Plots of measurements, as SVG for the docs; needs matplotlib, of the ``bench`` extra."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.rows import figure as figure_of
from copytaster.training.bootstrap import exact

if TYPE_CHECKING:
    from bench.guarantee import Outcome
    from bench.turns import Turn

#: Of months with fewer articles an accuracy says nothing.
_MONTH = 100


def draw_guarantee(outcomes: Mapping[str, "Outcome"], path: Path) -> None:
    """Draw how often each topic's precision was below its target, beside what was promised."""
    with mpl.rc_context({"svg.hashsalt": "copytaster", "font.size": 9}):
        figure, axes = plt.subplots(2, 2, figsize=(9, 7.5), layout="constrained", squeeze=False)
        for axis, (name, found) in zip(axes.flat, outcomes.items(), strict=True):
            ever = np.flatnonzero(found.proven.any(axis=0))
            order = ever[np.argsort(found.broken[:, ever].sum(axis=0), kind="stable")]
            rates = found.broken[:, order].mean(axis=0)
            within = np.array(
                [exact(int(n), len(found.broken)) for n in found.broken.sum(0)[order]]
            )
            spread = np.abs(within.T - rates)
            axis.errorbar(rates, range(len(order)), xerr=spread, fmt="o", ms=4, lw=1, color="C0")
            proven = found.proven[:, order].mean(axis=0)
            labels = [
                f"{found.topics[topic]} ({share:.0%})"
                for topic, share in zip(order, proven, strict=True)
            ]
            axis.set_yticks(range(len(order)), labels)
            axis.axvline(found.promised, color="C3", lw=1, ls="--")
            axis.set_xlim(0, max(0.15, float(within.max()) * 1.05) if len(order) else 0.15)
            axis.set_title(name)
            axis.grid(axis="x", alpha=0.3)
        figure.suptitle(
            f"Share of {len(found.broken)} random splits in which a topic's auto tags had a "
            "precision below 0.95 on unseen articles\n(95 % intervals; dashed: promised; in "
            "brackets: how often the topic had an auto tier)",
            fontsize=9,
        )
        _save(figure, path)


def draw_growth(curves: Mapping[str, Mapping[float, float]], path: Path) -> None:
    """Draw cost, in microseconds, against size, one panel a curve, beside straight proportion."""
    with mpl.rc_context({"svg.hashsalt": "copytaster", "font.size": 9}):
        figure, axes = plt.subplots(1, len(curves), figsize=(9, 3), layout="constrained")
        for axis, (what, curve) in zip(axes, curves.items(), strict=True):
            sizes, costs = np.array(list(curve)), np.array(list(curve.values()))
            axis.loglog(sizes, costs, "o-", ms=4, lw=1)
            axis.loglog(sizes, costs[-1] * sizes / sizes[-1], "--", lw=1, color="C3")
            axis.set_ylim(costs.min() / 2, costs.max() * 2)
            axis.set_xlabel(what)
            axis.grid(alpha=0.3)
        axes[0].set_ylabel("µs of CPU an article")
        _save(figure, path)


def draw_costs(costs: Mapping[str, float], path: Path) -> None:
    """Draw costs, in microseconds, as bars on a logarithmic scale, the least on top."""
    names = sorted(costs, key=lambda name: -costs[name])
    with mpl.rc_context({"svg.hashsalt": "copytaster", "font.size": 9}):
        figure, axis = plt.subplots(figsize=(9, 0.3 * len(names) + 0.6), layout="constrained")
        colours = ["C0" if name.startswith("our") else "0.7" for name in names]
        lengths = [costs[name] for name in names]
        bars = axis.barh(names, lengths, color=colours)
        axis.bar_label(bars, [figure_of(cost) for cost in lengths], padding=3)
        axis.set_xscale("log")
        axis.set_xlim(right=5 * max(lengths))
        axis.set_xlabel("µs of CPU an article of 2.3 kB")
        _save(figure, path)


def draw_retraining(found: Mapping[int, tuple[float, float]], path: Path) -> None:
    """Draw seconds and megabytes of a retraining against the articles in the archive."""
    with mpl.rc_context({"svg.hashsalt": "copytaster", "font.size": 9}):
        figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
        for at, (axis, what) in enumerate(zip(axes, ("seconds", "MB of memory"), strict=True)):
            axis.plot(list(found), [pair[at] for pair in found.values()], "o-", ms=4, lw=1)
            axis.set_xlim(0)
            axis.set_ylim(0)
            axis.set_xlabel("articles in the archive")
            axis.set_ylabel(what)
            axis.grid(alpha=0.3)
        _save(figure, path)


def draw_labels(
    steps: Sequence[int],
    yes: Sequence[float],
    curves: Mapping[str, NDArray[np.float64]],
    once: Mapping[str, float],
    path: Path,
) -> None:
    """Draw F1 against labelled articles: means of the draws, and from lowest to highest.

    Parameters
    ----------
    steps : sequence of int
    yes : sequence of float
        So many of them are a yes, on average.
    curves : mapping of str to ndarray of shape (n_draws, n_steps), float64
    once : mapping of str to float
        F1 before any training, where the topic could be added at once.
    path : Path
    """
    with mpl.rc_context({"svg.hashsalt": "copytaster", "font.size": 9}):
        figure, axis = plt.subplots(figsize=(9, 4), layout="constrained")
        places = np.arange(len(steps))
        for number, (name, curve) in enumerate(curves.items()):
            colour = f"C{number}"
            axis.plot(places, curve.mean(axis=0), "o-", ms=4, lw=1, color=colour, label=name)
            low, high = curve.min(axis=0), curve.max(axis=0)
            axis.fill_between(places, low, high, color=colour, alpha=0.15, lw=0)
            if name in once:
                axis.plot(-1, once[name], "D", ms=4, color=colour)
        axis.axhline(0.7, color="C3", lw=1, ls="--")
        named = [f"{n}\n({count:.0f})" for n, count in zip(steps, yes, strict=True)]
        axis.set_xticks([-1, *places.tolist()], ["added,\nnot trained", *named])
        axis.set_xlabel("trained with so many labelled events of 2020 (so many a yes)")
        axis.set_ylabel("F1, June to November 2020")
        axis.set_ylim(-0.02, 1)
        axis.grid(alpha=0.3)
        axis.legend(loc="lower right")
        _save(figure, path)


def draw_year(turns: Sequence["Turn"], free: Sequence["Turn"], path: Path) -> None:
    """Draw each month's accuracy of the top tag, and below it what the gate made of the month.

    *free* are the same months without a gate.
    """
    months = [datetime.strptime(turn.month, "%Y-%m").replace(tzinfo=UTC) for turn in turns]
    drawn = [at for at, turn in enumerate(turns) if turn.score.articles >= _MONTH]
    lines = (
        ("retrained through the gate", "C0", "-", [turn.score for turn in turns]),
        ("retrained without a gate", "C1", "--", [turn.score for turn in free]),
        ("never retrained", "0.45", ":", [turn.never for turn in turns]),
    )
    kinds = (("promoted", "|", "C0"), ("refused", "x", "k"), ("too few", "o", "0.45"))
    with mpl.rc_context({"svg.hashsalt": "copytaster", "font.size": 9}):
        figure, (axis, below) = plt.subplots(
            2, 1, figsize=(9, 4.2), layout="constrained", sharex=True, height_ratios=(5, 1)
        )
        for name, colour, style, scores in lines:
            shares = [scores[at].accuracy for at in drawn]
            axis.plot([months[at] for at in drawn], shares, style, color=colour, lw=1.3, label=name)
        for row, (kind, mark, colour) in enumerate(kinds):
            at = [month for month, turn in zip(months, turns, strict=True) if _is(turn, kind)]
            below.plot(at, [-row] * len(at), mark, color=colour, ms=6, mfc="none")
        names = [f"{kind} ({sum(_is(turn, kind) for turn in turns)})" for kind, *_ in kinds]
        below.set_yticks([0, -1, -2], names)
        below.set_ylim(-2.7, 0.7)
        axis.set_ylabel("accuracy of the top tag")
        axis.set_ylim(0.2, 1)
        axis.legend(loc="center right", bbox_to_anchor=(1, 0.475))
        for one in (axis, below):
            one.grid(alpha=0.3)
        _save(figure, path)


def _is(turn: "Turn", kind: str) -> bool:
    return turn.after.outcome == kind


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
