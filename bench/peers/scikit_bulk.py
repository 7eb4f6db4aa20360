"""NDJSON in, NDJSON out, as people write it with scikit-learn: in batches, or one by one."""

import argparse
import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from bench import speed_model
from bench.peers import scikit


def main() -> None:
    """Tag standard input to standard output."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--batch", type=int)
    given = parser.parse_args()
    pipeline = scikit.pipeline(given.folder)
    while lines := list(islice(sys.stdin, given.batch)):
        sent = [json.loads(line) for line in lines]
        scores = pipeline.decision_function([f"{one['headline']}\n{one['text']}" for one in sent])
        for one, row in zip(sent, scores.tolist(), strict=True):
            print(json.dumps({"id": one["id"], "tags": _tags(row)}))


def _tags(scores: list[float]) -> list[dict[str, Any]]:
    found = sorted(
        ((score, topic) for topic, score in enumerate(scores) if score > 0), reverse=True
    )
    return [{"topic": speed_model.slug(topic), "score": score} for score, topic in found]


if __name__ == "__main__":
    main()
