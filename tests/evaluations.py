"""Evaluation documents, as ``copytaster evaluate`` makes them, to render in tests."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

_RELIABILITY = [[0.1, 0.05, 20], [0.5, 0.6, 20], [0.95, 1.0, 20]]
_CURVE: dict[str, Any] = {
    "thresholds": [0.1, 0.4, 0.7, 0.95],
    "precision": [0.5, 0.8, 0.9, 1.0],
    "recall": [1.0, 0.8, 0.7, 0.3],
    "reliability": _RELIABILITY,
}
_NO_CURVE: dict[str, Any] = {"thresholds": [], "precision": [], "recall": [], "reliability": []}
_UNDEFINED = ("precision", "recall", "f1", "f1_low", "f1_high", "average_precision")


def topic(name: str, articles: int = 40, *, auto: bool = True) -> dict[str, Any]:
    """Return one topic's figures; without articles, the undefined ones are ``None``."""
    figures: dict[str, Any] = {
        "name": name,
        "articles": articles,
        "precision": 0.8,
        "recall": 0.8,
        "f1": 0.8,
        "f1_low": 0.72,
        "f1_high": 0.86,
        "average_precision": 0.85,
        "suggest_from": 0.4,
        "auto_from": 0.95 if auto else None,
        "auto_tags": 12 if auto else 0,
        "auto_precision": 1.0 if auto else None,
        "auto_coverage": 0.3,
        "brier": 0.02,
        "log_loss": 0.08,
        "ece": 0.03,
        "trained_on": 160,
    }
    return figures if articles else figures | dict.fromkeys((*_UNDEFINED, "auto_coverage"))


def mistake(slug: str, kind: str = "wrong", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a mistake about the topic *slug*."""
    return {
        "kind": kind,
        "topic": slug,
        "confidence": 0.97 if kind == "wrong" else 0.002,
        "tier": "suggest" if kind == "wrong" else None,
        "id": "a17",
        "source": "october.jsonl",
        "line": 17,
        "headline": "Port opens again",
        "snippet": "Ships called at the port on Monday …",
        "labels": [slug] if kind == "missed" else [],
        "evidence": [
            {"term": "port", "contribution": 1.5},
            {"term": "ships", "contribution": -0.25},
        ],
    } | changes


def document(topics: dict[str, dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return an evaluation of *topics*, three unless given, with *changes* at its top level."""
    if topics is None:
        topics = {
            "trade": topic("Trade", 40),
            "sport": topic("Sport", 90),
            "travel": topic("Travel", 0, auto=False),
        }
    auto = sum(figures["auto_from"] is not None for figures in topics.values())
    return {
        "model": "2026-10-10-b00a551eea69",
        "taxonomy": len(topics),
        "data": ["october.jsonl"],
        "split": "test",
        "articles": 200,
        "stories": 180,
        "published": ["2026-10-01", "2026-10-31"],
        "micro": {"precision": 0.8, "recall": 0.8, "f1": 0.8, "f1_low": 0.75, "f1_high": 0.84},
        "macro": {"f1": 0.79, "f1_low": 0.7, "f1_high": 0.85, "average_precision": 0.85},
        "subset_accuracy": 0.7,
        "top_tag_accuracy": 0.9,
        "auto": {
            "topics": auto,
            "tags": 12 * auto,
            "precision": 1.0 if auto else None,
            "precision_low": 0.86 if auto else None,
            "precision_high": 1.0 if auto else None,
            "coverage": 0.3 if auto else 0.0,
            "articles": 0.12 if auto else 0.0,
        },
        "review": 0.1,
        "calibration": {
            "brier": 0.02,
            "log_loss": 0.08,
            "ece": 0.03,
            "pairs": 60,
            "reliability": _RELIABILITY,
        },
        "topics": topics,
        "curves": {
            "": _CURVE,
            **{slug: _CURVE if topics[slug]["articles"] else _NO_CURVE for slug in topics},
        },
        "confusions": pairs(list(topics)),
        "mistakes": [mistake(slug, kind) for slug in topics for kind in ("wrong", "missed")],
        "learning": learning(list(topics)),
    } | changes


def pairs(slugs: Sequence[str]) -> list[dict[str, Any]]:
    """Return confusions of each of *slugs* with the next."""
    return [
        {"missed": missed, "given": given, "articles": n}
        for n, (missed, given) in enumerate(pairwise(slugs), 1)
    ]


def learning(slugs: Sequence[str]) -> dict[str, Any]:
    """Return learning curves of three sizes; the last topic's gain is unknown."""
    gains = [round(0.05 - 0.02 * n, 3) for n in range(len(slugs) - 1)] + [None]
    return {
        "sizes": [80, 320, 800],
        "micro_f1": [0.6, 0.72, 0.79],
        "topics": {
            slug: {"articles": [10, 40, 100], "f1": [0.4, 0.6, 0.7], "plus_50": gain}
            for slug, gain in zip(slugs, gains, strict=True)
        },
    }
