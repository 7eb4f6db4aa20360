"""``copytaster trial``, run as a person or a script runs it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copytaster.cli.trial_report import flattery
from copytaster.training.metrics import Counts
from copytaster.training.trial import Trial
from copytaster.training.verdict import Verdict
from tests.cli.test_commands import run
from tests.stories import small_records, write_jsonl

DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small stories twice, with other words behind each, an article a day."""
    records = [
        {
            **record,
            "id": f"{record['id']}-{again}",
            "text": f"{record['text']} {' '.join([f'{word}{number}' for number in range(6)])}",
            "published": f"2026-{again + 1:02}-{7 * number % 24 + 1:02}",
        }
        for again, word in enumerate(("more", "again"))
        for number, record in enumerate(small_records())
    ]
    return write_jsonl(tmp_path_factory.mktemp("dated") / "small.jsonl", records)


def verdict(right: int, missed: int, error: float) -> Verdict:
    """Return a verdict with these figures."""
    return Verdict(
        train=80,
        test=20,
        dropped=0,
        tags=Counts(right, 0, missed),
        auto=Counts(0, 0, right + missed),
        error=error,
        macro_f1=0.5,
        topics=2,
        unseen=0,
        top_right=1,
        top_known=2,
    )


def test_a_table_and_a_sentence_for_people(data: Path) -> None:
    done = run("trial", "--data", data, "--share", 0.25)
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    for expected in (
        "By time: trained from 2026-01-01 on, judged from 2026-02-13 00:00 UTC to 2026-02-24",
        "by time",
        "whole stories at random",
        "at random",
        "micro F1",
        "auto: precision",
        "A random split would have claimed a micro F1 of",
    ):
        assert expected in out
    assert b"3/3 fitting" in done.stderr


def test_json_for_machines_has_the_same_figures_and_may_leave_out_bad_lines(
    data: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(data.read_bytes() + b'{"text": 3}\n')
    done = run("trial", "--data", bad, "--share", 0.25, "--json", "--skip-bad")
    record = json.loads(done.stdout)
    assert record["boundary"] == "2026-02-13T00:00:00+00:00"
    for part in ("by_time", "groups_at_random", "at_random"):
        assert (record[part]["train"], record[part]["test"]) == (36, 12)
        assert 0 <= record[part]["micro_f1"] <= 1
        assert record[part]["auto_precision"] is None
    done = run("trial", "--data", bad)
    assert done.returncode == 1
    assert b"bad.jsonl:49" in done.stderr
    assert b"nothing was tried" in done.stderr


def test_the_sentence_says_by_how_much_a_random_split_flatters() -> None:
    found = Trial(
        DAY, DAY, DAY, verdict(60, 40, 0.01), verdict(70, 30, 0.01), verdict(90, 10, 0.01)
    )
    assert flattery(found) == (
        "A random split would have claimed a micro F1 of 0.947, where 0.750 was reached on what "
        "came after: +19.7 points, +12.4 of them from copies and updates on both sides and +7.4 "
        "from testing on the time of the training articles, each give or take 1.4."
    )
    unsure = replace(found, time=verdict(60, 40, 0.3))
    assert flattery(unsure).endswith("points; chance alone may make 30.0, so that tells nothing.")


def test_a_share_that_is_no_share_is_refused(data: Path) -> None:
    done = run("trial", "--data", data, "--share", 1)
    assert done.returncode == 2
    assert b"--share" in done.stderr
