"""The real corpora that measurements read; they stand beside the checkout, never in it."""

from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"
REUTERS = _FOLDER / "reuters21578-modapte.jsonl.gz"
EVENTS = _FOLDER / "wikipedia-current-events-2010_2020-labelled.jsonl.gz"
WIKINEWS = _FOLDER / "wikinews-2004_2018-2cat.jsonl.gz"


def need(path: Path) -> Path:
    """Return *path*, or end the measurement saying that it is missing."""
    if not path.exists():
        raise SystemExit(f"{path.name} is not here: expected in ../shared/data beside the checkout")
    return path
