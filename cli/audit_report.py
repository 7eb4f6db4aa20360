"""What an audit prints."""

import json
from collections.abc import Sequence

from rich.table import Table

from copytaster.cli.screen import table
from copytaster.training.audit import Audit, Suspect, Terms
from copytaster.training.corpus import Corpus

_TERMS = 5
_COLUMNS = ("rank", "file:line", "id", "headline", "topic", "editor", "confidence", "evidence")


def suspect_table(suspects: Sequence[Suspect], corpus: Corpus) -> Table:
    """Return a row a suspect, worst first."""
    rows = []
    for rank, suspect in enumerate(suspects, 1):
        item = corpus.articles[suspect.row]
        place = f"{item.source}:{item.line}"
        said = (suspect.topic, suspect.label, f"{suspect.confidence:.3f}", _evidence(suspect))
        rows.append((rank, place, item.id, item.article.headline, *said))
    title = "Labels that look wrong or missing; confidence is that the editor's label is right"
    return table(title, _COLUMNS, rows, words=True)


def as_line(rank: int, suspect: Suspect, corpus: Corpus) -> str:
    """Return all about a suspect as one JSON object."""
    item = corpus.articles[suspect.row]
    return json.dumps(
        {
            "rank": rank,
            "id": item.id,
            "source": item.source,
            "line": item.line,
            "headline": item.article.headline,
            "topic": suspect.topic,
            "label": suspect.label,
            "confidence": round(suspect.confidence, 6),
            "suspicion": round(suspect.suspicion, 6),
            "evidence": {
                "for": _records(suspect.speaks_for),
                "against": _records(suspect.speaks_against),
            },
            "instead": list(suspect.instead),
        },
        ensure_ascii=False,
    )


def summary(found: Audit) -> str:
    """Return how many labels look wrong, and what to do with the list."""
    labels = int((found.corpus.labels >= 0).sum())
    return (
        f"By the confident-learning estimate {found.estimate:,} of {labels:,} known labels look "
        "wrong. Let editors decide: --json gives the list as JSON lines for review; then mend "
        "topics and not_topics in the data, and train again."
    )


def _evidence(suspect: Suspect) -> str:
    parts = []
    if suspect.label == "yes":
        parts.append(f"against: {_words(suspect.speaks_against)}")
    parts.append(f"for: {_words(suspect.speaks_for)}")
    if suspect.label == "yes" and suspect.instead:
        parts.append(f"instead: {', '.join(suspect.instead[:_TERMS])}")
    return "; ".join(parts)


def _words(terms: Terms) -> str:
    return " ".join(f"{term} {part:+.1f}" for term, part in terms[:_TERMS]) or "nothing"


def _records(terms: Terms) -> list[dict[str, object]]:
    return [{"term": term, "contribution": round(part, 6)} for term, part in terms]
