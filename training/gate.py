"""The gate: whether a challenger may take the champion's place, judged on what neither has seen."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copytaster.model import files
from copytaster.model.registry import VERDICT
from copytaster.training import checks, doubts, gate_report, held_out
from copytaster.training.changes import changes
from copytaster.training.contest import contest
from copytaster.training.corpus import Corpus
from copytaster.training.fit import Progress
from copytaster.training.held_out import Contender
from copytaster.training.ruling import Check, Limits, Reason, Ruling

REPORT = "report.html"


def judge(
    champion: Contender | None,
    challenger: Contender,
    corpus: Corpus,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Ruling:
    """Judge whether *challenger* may take the place of *champion*.

    Both tag the labelled articles of *corpus* that neither has seen, as they would serve: with
    thresholds, tiers and foreign languages. The challenger passes if its micro F1 is shown to be
    less than a margin lower; if no topic is worse for certain and by more than a margin; and if
    no promise of the tier ``auto`` is broken for certain.

    Parameters
    ----------
    champion : Contender or None
        What serves; ``None``: nothing does, and any challenger is better than that.
    challenger : Contender
    corpus : Corpus
        Labels of topics that neither knows do not count.
    limits : Limits or None
        ``None``: the usual ones.
    progress : callable or None
        Called as scoring goes on.

    Notes
    -----
    What the three tests promise, and how often they err on real corpora: docs/gate.md.
    """
    limits = limits or Limits()
    blank = _blank(champion, challenger, limits)
    if champion is None:
        words = "Nothing serves yet, so there is nothing to compare it with."
        return replace(blank, promote=True, reasons=_only("nothing serves", words, passed=True))
    if champion.tagger.version == challenger.tagger.version:
        words = "It is the tagger that serves: nothing new was learned."
        return replace(blank, reasons=_only("same tagger", words))
    rows = np.flatnonzero(held_out.unseen(corpus, champion, challenger))
    found = contest(champion.tagger, challenger.tagger, corpus, rows, progress)
    blank = replace(
        blank,
        articles=len(rows),
        stories=found.stories,
        published=_published(corpus, rows),
        notes=tuple(_unrecorded(champion, challenger)),
    )
    few = checks.enough(found, limits)
    if few is not None:
        return replace(blank, reasons=(few,))
    micro, reason = checks.micro(found, limits)
    topics, topical = checks.topics(found, limits)
    doubted, learned = doubts.labels(found, limits, champion.knows(challenger))
    reasons = (reason, *topical, *checks.auto(found, limits), *doubted)
    items = [corpus.articles[row] for row in rows.tolist()]
    blamed = np.isin(found.slugs, [reason.topic for reason in reasons if reason.topic])
    changed, shown = changes(found, blamed, items, champion.tagger, challenger.tagger)
    return replace(
        blank,
        promote=all(reason.passed for reason in reasons),
        micro=micro,
        topics=topics,
        reasons=reasons,
        notes=(*blank.notes, *checks.notes(found, limits), *learned),
        changed=changed,
        changes=shown,
    )


def write(ruling: Ruling, folder: Path, report: Path | None = None) -> None:
    """Write ``verdict.json`` and ``report.html`` into *folder*, the challenger's.

    A *report* names another file for the page.
    """
    document = ruling.as_json()
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    files.write_text(folder / VERDICT, f"{text}\n")
    gate_report.write(document, report or folder / REPORT)


def _blank(champion: Contender | None, challenger: Contender, limits: Limits) -> Ruling:
    """Return a ruling that nothing was compared for, and that promotes nothing."""
    return Ruling(
        promote=False,
        champion=None if champion is None else champion.tagger.version,
        challenger=challenger.tagger.version,
        articles=0,
        stories=0,
        published=None,
        micro=None,
        topics={},
        reasons=(),
        notes=(),
        changed=0,
        changes=(),
        limits=limits,
    )


def _only(check: Check, words: str, *, passed: bool = False) -> tuple[Reason, ...]:
    return (Reason(check, passed=passed, topic=None, words=words),)


def _published(corpus: Corpus, rows: NDArray[np.int64]) -> tuple[str, str] | None:
    dates = [corpus.articles[row].article.published for row in rows.tolist()]
    days = sorted(date.date().isoformat() for date in dates if date is not None)
    return (days[0], days[-1]) if days else None


def _unrecorded(*contenders: Contender) -> Iterator[str]:
    for one in contenders:
        if one.seen is None:
            newest = one.tagger.manifest.data.get("newest") or "no known date"
            yield (
                f"{one.tagger.version} was made by an older Copytaster and does not tell what it "
                f"has seen: only articles newer than its newest, of {newest}, judge."
            )
