"""Lines of JSON in, lines of JSON out, whichever way each of them goes."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.cli import bulk
from copytaster.cli.article_lines import Piece, read
from copytaster.cli.json_replies import JsonReplies
from copytaster.model.tagger import Tagger
from copytaster.service import reader
from copytaster.service.replier import Replier
from copytaster.service.schemas import TagQuery
from tests.foreign import FOREIGN

PLAIN = [
    json.dumps({"id": at, "text": text, "language": language}).encode()
    for at, (text, language) in enumerate(
        [("A tariff on steel", "en"), ("A goal", None), ("", "de"), (FOREIGN["fr"][1], None)]
    )
]
ODD = [
    b'{"text": "A tariff", "text": "A goal"}',
    b'\xef\xbb\xbf{"text": "A tariff"}',
    b'{"text": "A tariff", "published": 0}',
    b'{"text": 3}',
    b"{",
    b'{"text": "\xff"}',
    b"",
    b" \t\x0c",
]
QUERIES = [TagQuery(), TagQuery(all=True, limit=2), TagQuery(explain=True)]


def by_itself(
    replier: Replier, query: TagQuery, lines: list[bytes]
) -> tuple[list[bytes], list[str]]:
    """Return what each line gets by itself, the way of single articles, and what is wrong."""
    replies: list[bytes] = []
    problems: list[str] = []
    for at, line in enumerate(lines, 7):
        good, bad = Piece(line, "here", at).parse()
        replies += replier.plain(good, query).every
        problems += map(str, bad)
    return replies, problems


@settings(deadline=None)
@given(lines=st.lists(st.sampled_from(PLAIN + ODD), max_size=8), query=st.sampled_from(QUERIES))
def test_each_line_gets_what_it_gets_by_itself_in_order(
    small_tagger: Tagger, lines: list[bytes], query: TagQuery
) -> None:
    replier = Replier(small_tagger)
    found = JsonReplies(replier, query)(Piece(b"\n".join(lines), "here", 7))
    replies, problems = by_itself(replier, query, lines)
    assert found.answer == b"".join(reply + b"\n" for reply in replies)
    assert ([str(problem) for problem in found.problems], found.articles) == (
        problems,
        len(replies),
    )


def test_without_a_compiler_lines_get_the_same(
    small_tagger: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = Piece(b"\n".join(PLAIN + ODD + PLAIN), "here", 1)
    compiled = JsonReplies(Replier(small_tagger), TagQuery())(piece)
    monkeypatch.setattr(reader, "_compiled", None)
    python = JsonReplies(Replier(small_tagger), TagQuery())(piece)
    assert (python.answer, python.articles) == (compiled.answer, compiled.articles)
    assert list(map(str, python.problems)) == list(map(str, compiled.problems))


def test_replies_stand_in_the_order_of_articles_over_files_and_pieces(
    small_tagger: Tagger, tmp_path: Path
) -> None:
    lines = [json.dumps({"id": at, "text": "tariff " * (at % 40)}).encode() for at in range(3000)]
    lines[1000:1000] = ODD
    for name, part in (("a.jsonl", lines[:1700]), ("b.jsonl", lines[1700:])):
        (tmp_path / name).write_bytes(b"\n".join(part))
    (tmp_path / "c.txt").write_text("A goal")
    paths = [tmp_path / name for name in ("a.jsonl", "c.txt", "b.jsonl")]
    work = JsonReplies(Replier(small_tagger), TagQuery())
    batches = list(bulk.run(read(paths), work, threads=3, size=5000))
    outcomes = [outcome for batch in batches for outcome in batch.outcomes]
    replies = b"".join(outcome.answer for outcome in outcomes).splitlines()
    ids = [json.loads(reply)["id"] for reply in replies]
    ids = [at for at in ids if at is not None]
    assert ids == list(range(3000))
    assert len(replies) == sum(outcome.articles for outcome in outcomes) == 3000 + 3 + 1
    assert [str(problem).split(":")[1] for one in outcomes for problem in one.problems] == [
        "1004",
        "1005",
        "1006",
    ]
