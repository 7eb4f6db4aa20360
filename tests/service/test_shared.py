"""Memory and a lock that processes share."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from copytaster.service.shared import Lock, Names, Note

#: Forks in an interpreter that has no other thread.
FORKS = """
import os, signal, sys
from copytaster.service.shared import Lock, Names, Note
lock = Lock()
names, note = Names(lock, 50), Note(lock, 20)
"""
SLUGS = st.lists(st.text("ab-é", min_size=1, max_size=5), max_size=12)


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", FORKS + code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_a_process_that_is_killed_lets_the_lock_go() -> None:
    code = """
read, write = os.pipe()
if not (child := os.fork()):
    with lock.held():
        os.write(write, b"held")
        signal.pause()
os.read(read, 4)
os.kill(child, signal.SIGKILL)
with lock.held():
    print("taken")
"""
    assert run(code) == "taken\n"


def test_processes_that_name_topics_at_once_agree_on_every_place() -> None:
    code = """
children = []
for at in range(4):
    if not (child := os.fork()):
        for turn in range(200):
            names.places([f"t{(at + turn + k) % 40}" for k in range(5)])
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
found = names.all()
print(sorted(found) == sorted(f"t{k}" for k in range(40)), names.places(found) == [*range(40)])
"""
    assert run(code) == "True True\n"


def test_a_note_is_read_by_a_process_that_did_not_write_it() -> None:
    code = """
if not (child := os.fork()):
    note.write("2026-01-01-ä")
    os._exit(0)
os.waitpid(child, 0)
print(note.read() == "2026-01-01-ä", note.write("x" * 21), note.read() == "2026-01-01-ä")
"""
    assert run(code) == "True False True\n"


@given(st.lists(SLUGS, max_size=6))
def test_a_name_keeps_its_place_and_those_without_room_have_the_last(
    rounds: list[list[str]],
) -> None:
    names = Names(Lock(), most=8)
    expected: list[str] = []
    for slugs in rounds:
        for slug in slugs:
            if slug not in expected and len(expected) < names.most:
                expected.append(slug)
        places = [expected.index(slug) if slug in expected else 8 for slug in slugs]
        assert names.places(slugs) == places
        assert names.all() == expected


def test_a_note_holds_the_last_text_only() -> None:
    note = Note(Lock(), 10)
    assert note.read() == ""
    assert note.write("longer")
    assert note.write("ab")
    assert note.read() == "ab"
