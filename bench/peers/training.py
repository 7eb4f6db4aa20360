"""The articles that peers learn from."""

import json
from collections.abc import Iterator
from pathlib import Path


def articles(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield text and topic of each article that the model in *folder* was trained on."""
    with (folder / "train.jsonl").open(encoding="utf-8") as handle:
        for line in handle:
            record = json.loads(line)
            yield record["text"], record["topic"]
