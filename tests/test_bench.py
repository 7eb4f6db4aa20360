"""The measurements: every name can be run, and rows say whether a goal is reached."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from bench import results, workers
from bench.__main__ import LONG, NAMES
from bench.peers.worker import Engine
from bench.rows import Row, cells, show

PEERS = Path(workers.__file__).parent / "peers"
#: What of the extra ``bench`` a measurement needs.
EXTRA = {
    "audit": "cleanlab",
    **dict.fromkeys(
        ("growth", "guarantee", "newsroom_year", "pandemic", "retraining", "tagging"), "matplotlib"
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_measurement_has_a_module_that_says_what_it_is_and_can_be_run(name: str) -> None:
    if name in EXTRA:
        pytest.importorskip(EXTRA[name])
    module = import_module(f"bench.{name}")
    assert module.__doc__
    assert callable(module.run)


def test_what_is_left_out_of_all_is_a_measurement() -> None:
    assert set(NAMES) > LONG


@pytest.mark.parametrize("name", workers.REQUIREMENTS)
def test_every_peer_has_a_script(name: str) -> None:
    assert (PEERS / f"{name}.py").exists()


@pytest.mark.parametrize(
    ("row", "reached"),
    [
        (Row("", 0.9, goal="at least 0.9"), True),
        (Row("", 0.9, goal="at most 0.8"), False),
        (Row("", 16, goal="at most 15 MB"), False),
        (Row("", 2, 100, "at least 50 times", faster=True), True),
        (Row("", 2, 100, "at least 51 times", faster=True), False),
        (Row("", 2, 100, "at most 1.5 times"), True),
        (Row("", 2, None, "at most 1.5 times"), None),
        (Row("", 2, goal="as many as can be"), None),
        (Row("", 2), None),
    ],
)
def test_a_row_tells_whether_its_goal_is_reached(row: Row, *, reached: bool | None) -> None:
    assert row.reached is reached


def test_a_row_becomes_cells_that_people_read() -> None:
    row = Row("microseconds", 2, 4000, "at least 700 times", faster=True)
    assert cells(row) == ("microseconds", "2.000", "4,000", "2,000 x faster", row.goal, "yes")
    assert cells(Row("skipped", float("nan"))) == ("skipped", "", "", "", "", "")


def test_rows_as_json_have_ratio_and_goal_and_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    row = Row("seconds", 2, 4, "at most 1 times", spread="1.9 to 2.1")
    show([row, Row("skipped", float("nan"))], as_json=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["ratio"], first["reached"]) == (0.5, True)
    assert results.row(first) == row
    assert second["ours"] is None


def test_results_are_a_markdown_table_with_one_line_a_row() -> None:
    lines = results.markdown([Row("a | b", 1), Row("c", 2, 4)]).splitlines()
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {8}


def test_the_machine_is_described_without_paths_or_names() -> None:
    assert "/" not in results.machine()


def test_an_engine_gets_its_text_as_it_is_unless_told_otherwise() -> None:
    assert Engine(len, len).given("text") == "text"
