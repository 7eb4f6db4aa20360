"""Tables that training closes with."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from rich.table import Table

from copytaster.archive.labelled import Problem
from copytaster.cli.screen import table
from copytaster.training.corpus import YES
from copytaster.training.decisions import Decisions
from copytaster.training.fit import Fitted
from copytaster.training.metrics import Counts

_SHOWN = 50


def problem_table(problems: Sequence[Problem]) -> Table:
    """Return what is wrong with the data: a row a problem, the first fifty."""
    kinds = ", ".join(f"{n} {kind}" for kind, n in Counter(p.kind for p in problems).items())
    rows: list[tuple[str, str, str]] = [
        (f"{p.source}:{p.line}", p.kind, p.detail) for p in problems[:_SHOWN]
    ]
    if len(problems) > _SHOWN:
        rows.append((f"… and {len(problems) - _SHOWN} more", "", ""))
    return table(
        f"Problems in the data: {kinds}", ("file:line", "problem", "detail"), rows, words=True
    )


def topic_table(fitted: Fitted) -> Table:
    """Return, for each topic and over all, articles and cross-validated accuracy."""
    articles = (fitted.corpus.labels == YES).sum(axis=0).tolist()
    rows: list[tuple[object, ...]] = [
        (slug, n, *_cells(counts), *_auto(fitted.decisions, topic))
        for topic, (slug, n, counts) in enumerate(
            zip(fitted.corpus.taxonomy.slugs, articles, fitted.report.topics, strict=True)
        )
    ]
    proven = sum(proof.found for proof in fitted.decisions.proofs)
    micro = _cells(fitted.report.micro)
    rows.append(("all, pooled (micro)", sum(articles), *micro, f"{proven} topics", ""))
    rows.append(("all, mean (macro)", "", "", "", f"{fitted.report.macro_f1:.3f}", "", ""))
    title = f"{len(fitted.corpus.articles)} articles; accuracy by cross-validation"
    columns = ("topic", "articles", "precision", "recall", "F1", "auto from", "more for auto")
    return table(title, columns, rows)


def calibration_line(fitted: Fitted) -> str:
    """Return how far confidences can be taken at their word."""
    found = fitted.reliability
    return (
        f"Confidences, cross-validated: off by {found.ece:.3f} on average (ECE, {found.pairs:,} "
        f"pairs above 0.05), Brier score {found.brier:.4f}, log loss {found.log_loss:.4f}."
    )


def _auto(decisions: Decisions, topic: int) -> tuple[str, str]:
    """Return the confidence from which auto is proven, or how many articles it likely lacks."""
    proof, more = decisions.proofs[topic], decisions.missing[topic]
    if not proof.found:
        return "-", f"about {_rounded(more):,}" if more is not None else "unlikely"
    calibration = decisions.calibrated.calibration
    at = np.zeros(len(decisions.proofs))
    at[topic] = proof.threshold
    return f"{float(calibration.confidence(at)[topic]):.3f}", ""


def _rounded(count: int) -> int:
    """Return an estimate to two digits, which is more than it is worth."""
    step = int(10 ** max(0, len(str(count)) - 2))
    return -(-count // step) * step


def _cells(counts: Counts) -> tuple[str, str, str]:
    return f"{counts.precision:.3f}", f"{counts.recall:.3f}", f"{counts.f1:.3f}"
