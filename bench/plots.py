"""Plots of measurements, as SVG for the docs; needs matplotlib, of the ``bench`` extra."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from copytaster.training.bootstrap import exact

if TYPE_CHECKING:
    from bench.guarantee import Outcome


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
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)
