"""Trains fastText on labelled articles and judges it, one topic at a time above one half."""

import json
import sys
import tempfile
import time
from pathlib import Path

import fasttext

from bench.peers.fasttext import plain

#: Its guide's advice for small data: more passes and a higher rate than the defaults.
_PASSES, _RATE = 25, 0.5


def main() -> None:
    """Read ``{"train": […], "test": […]}`` of [text, topics] pairs; write seconds and counts."""
    parts = json.load(sys.stdin)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as lines:
        wall, cpu = time.perf_counter(), time.process_time()
        for text, topics in parts["train"]:
            marked = " ".join(f"__label__{topic}" for topic in topics)
            lines.write(f"{marked} {plain(text)}\n")
        lines.flush()
        model = fasttext.train_supervised(
            lines.name, loss="ova", lr=_RATE, epoch=_PASSES, thread=1, verbose=0
        )
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    right = said = 0
    for text, topics in parts["test"]:
        labels, _ = model.predict(plain(text), k=-1, threshold=0.5)
        said += len(labels)
        right += len({label.removeprefix("__label__") for label in labels} & set(topics))
    wanted = sum(len(topics) for _, topics in parts["test"])
    found = {"wall": wall, "cpu": cpu, "micro_f1": 2 * right / (said + wanted)}
    Path("/dev/stdout").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
