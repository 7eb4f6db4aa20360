"""The compiled reader of lines, held to the schema: what it takes, the schema reads the same."""

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from copytaster import seeds
from copytaster.model import fused
from copytaster.model.scorer import Scorer
from copytaster.model.tagger import Tagger
from copytaster.service import reader
from copytaster.service.replier import Replier
from copytaster.service.schemas import ArticleRequest, TagQuery
from tests.foreign import FOREIGN
from tests.stories import SMALL

if not reader.available():
    pytest.skip("the compiled reader is not installed", allow_module_level=True)

Fields = tuple[str, str, str | int | None, str | None]


def expected(line: bytes) -> Fields | None:
    """Return what the schema reads in *line*, ``None`` where it refuses it."""
    try:
        sent = ArticleRequest.model_validate_json(line)
    except ValidationError:
        return None
    return sent.text, sent.headline, sent.id, sent.language


def taken(lines: Sequence[bytes]) -> dict[int, Fields]:
    """Return what the reader took, by line."""
    found = reader.read(b"\n".join(lines))
    every = zip(found.lines, found.articles, found.ids, strict=True)
    read = {at: (item.text, item.headline, id_, item.language) for at, item, id_ in every}
    blank = {at for at, line in enumerate(lines) if not line.strip(b" \t\r")}
    odd = dict(found.odd)
    assert sorted([*read, *odd, *blank]) == list(range(len(lines)))
    assert all(lines[at] == line for at, line in odd.items())
    return read


def check(lines: Sequence[bytes]) -> int:
    """Hold what the reader took to the schema; return how many lines it took."""
    read = taken(lines)
    wrong = {at: found for at, found in read.items() if found != expected(lines[at])}
    assert wrong == {}, [lines[at] for at in wrong]
    return len(read)


def line(**fields: object) -> bytes:
    """Return an article's line."""
    return json.dumps({"text": "A tariff", **fields}).encode()


PLAIN = [
    line(),
    line(text=""),
    line(id="a1", headline="Wu", language="en-GB", published="2026-11-21T09:30:00Z"),
    line(id=-7, language=None, published="2024-02-29T23:59:59.123456+01:00"),
    line(id=0, published="0001-01-01T00:00:00"),
    line(published="2026-11-21"),
    line(published="2026-11-21 09:30Z"),
    line(id=10**18 - 1, language="zh_Hant_TW"),
    line(id="é😀\x00\n" * 200, text='é\u0130Σ 体育 😀 \\ " / \x07 \x7f \ufeff\uffff'),
    '{"id": "é😀", "text": "é\u0130Σ 体育 😀 \x7f\ufeff\uffff", "überschrift": "Ωλ"}'.encode(),
    b' \t{ "text"\t:\r"a" , "x" : [ ] , "y" : { } }\r',
    b'{"te\\u0078t":"\\u0041\\b\\f\\n\\r\\t\\/\\"\\\\\\uD83d\\uDE00"}',
    line(topics=["a", {"b": [1, -2.5, 0.25, True, False, None, "\ud7ff", [[]], {"": {}}]}]),
]
ODD = [
    line(text=None),
    line(text=3),
    line(headline=None),
    line(id=10**18),
    line(id=1.0),
    line(id=True),
    line(id="x" * 1025),
    line(language="e"),
    line(language="en\n"),
    line(language="en-"),
    line(language="én"),
    line(published="2026-11"),
    line(published="2026-11-21T09"),
    line(published="2026-11-21T09:30:00+0100"),
    line(published="2026-02-29T00:00:00Z"),
    line(published="2026-11-21T24:00:00Z"),
    line(published=1),
    b"{}",
    b"[]",
    b'"text"',
    b"{",
    b'{"text": "a"',
    b'{"text": "a}',
    b'{"text": "a"}}',
    b'{"text": "a",}',
    b'{"text": "a" "id": 1}',
    b'{"text": "a", "text": "b"}',
    b'{"text": "a", "id": 01}',
    b'{"text": "a", "id": -0}',
    b'{"text": "a", "x": 01}',
    b'{"text": "a", "x": 1.}',
    b'{"text": "a", "x": -}',
    b'{"text": "a", "x": [1,]}',
    b'{"text": "a", "x": {"y"}}',
    b'{"text": "a", "x": [1}}',
    b'{"text": "a", "x": nul}',
    b'{"text": "\\ud800"}',
    b'{"text": "\\ud800\\u0041"}',
    b'{"text": "\\udc00"}',
    b'{"text": "\\u12"}',
    b'{"text": "\\x"}',
    b'{"text": "\\\x00"}',
    b'{"text": "a\tb"}',
    b'{"text": "\xff"}',
    b'{"text": "\xe4"}',
    b"\xef\xbb\xbf" + line(),
    b'{"text": "a", "x": ' + 99 * b"[" + 99 * b"]" + b"}",
]


def test_lines_that_are_plainly_right_are_read_and_no_others() -> None:
    assert check(PLAIN) == len(PLAIN)
    assert taken(ODD) == {}
    assert check([*PLAIN, b"", *ODD, b" \t\r", *PLAIN]) == 2 * len(PLAIN)


def test_a_line_ends_with_its_line_feed_or_with_the_data() -> None:
    for data in (b"", b"\n", b"\n\n", b" \n"):
        found = reader.read(data)
        assert (found.ids, found.lines, found.odd, len(found.articles)) == ([], [], [], 0)
    assert reader.read(b"x\n" + PLAIN[0] + b"\n").odd == [(0, b"x")]
    assert reader.read(b"x\n" + PLAIN[0]).lines == [1]


def test_every_pair_of_bytes_in_a_string_is_read_as_by_the_schema() -> None:
    pairs = [bytes([one, two]) for one in range(256) for two in range(256) if 10 not in (one, two)]
    assert check([b'{"text":"%b"}' % pair for pair in pairs]) > 128 * 64


def test_every_escape_is_read_as_by_the_schema() -> None:
    assert check([b'{"text":"\\u%04x"}' % code for code in range(1 << 16)]) == 65536 - 2048
    edges = [0, 0x41, 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFF]
    pairs = [(one, two) for one in range(0xD7F0, 0xE010) for two in edges]
    check([b'{"text":"\\u%04X\\u%04x"}' % pair for pair in pairs])
    check([b'{"text":"\\%c"}' % code for code in range(256) if code != 10])


def test_every_byte_is_found_wherever_it_stands_in_a_word_of_the_processor() -> None:
    bodies = [
        b"x" * before + middle + b"y" * after
        for middle in [
            b'\\"',
            "é".encode(),
            "€".encode(),
            "😀".encode(),
            b"\x1f",
            b'"',
            b"\x80",
            b"",
        ]
        for before in range(18)
        for after in range(18)
    ]
    assert check([b'{"text":"%b"}' % body for body in bodies]) == 5 * 18 * 18


TEXT = st.text(max_size=40) | st.text(st.sampled_from('a"\\/\x00\x1f\x7f\x80éÿĀ€\ud7ff\uffff😀'))
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)
LANGUAGE = st.from_regex(r"[A-Za-z]{1,9}([-_]?[A-Za-z0-9]{0,9}){0,3}\n?", fullmatch=True)
TIME = st.datetimes().map(lambda time: time.isoformat()) | st.from_regex(
    r"\d{4}-[01]\d-[0-3]\d([T ][0-2]\d:[0-6]\d(:[0-6]\d(\.\d{0,7})?)?(Z|[+-][0-2]\d:[0-6]\d)?)?",
    fullmatch=True,
)
RECORD = st.fixed_dictionaries(
    {"text": TEXT},
    optional={
        "headline": TEXT,
        "id": TEXT | st.integers() | VALUE,
        "language": st.none() | st.sampled_from(["en", "de-CH"]) | LANGUAGE | VALUE,
        "published": st.none() | TIME | VALUE,
        "topics": VALUE,
        "überschrift": VALUE,
    },
)
FORM = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "indent": st.none() | st.just("\t"),
        "separators": st.sampled_from([(",", ":"), (" , ", " : ")]),
        "sort_keys": st.booleans(),
    }
)


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(RECORD, FORM), max_size=4))
def test_whatever_is_read_the_schema_reads_the_same(
    sent: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    written = [json.dumps(record, **form).replace("\n", "") for record, form in sent]
    check([one.encode("utf-8", "surrogatepass") for one in written])


@settings(deadline=None, max_examples=400)
@given(TEXT, TEXT, TEXT | st.integers(-(10**18) + 1, 10**18 - 1), st.sampled_from([True, False]))
def test_what_is_written_as_most_write_it_is_read(
    text: str, headline: str, identifier: str | int, escaped: object
) -> None:
    sent = {"id": identifier, "headline": headline, "text": text, "language": "en"}
    data = json.dumps(sent, ensure_ascii=bool(escaped)).encode("utf-8")
    assert taken([data]) == {0: (text, headline, identifier, "en")}


@settings(deadline=None, max_examples=200)
@given(LANGUAGE, TIME)
@example("abcdefgh-12345678", "2000-02-29T00:00:00-23:59")
def test_languages_and_times_are_taken_only_where_the_schema_takes_them(
    language: str, time: str
) -> None:
    check([line(language=language), line(published=time)])


def test_lines_that_were_damaged_are_read_only_as_the_schema_reads_them() -> None:
    rng = random.Random(11)  # noqa: S311  # nothing is secret here
    pieces = [bytes([one]) for one in b'"\\{},:[]0-.e \x00\xc3']
    pieces += [b"null", b"\\u", b"\\ud83d", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b'"text":']
    damaged = []
    for _ in range(30_000):
        data = bytearray(rng.choice(PLAIN))
        for _ in range(rng.randint(1, 3)):
            at, until = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
            match rng.randrange(4):
                case 0:
                    data[at:at] = rng.choice(pieces)
                case 1:
                    data[at : at + 1] = bytes([rng.randrange(256)])
                case 2:
                    del data[at : at + rng.randint(1, 3)]
                case _:
                    data[at:at] = data[at:until]
        damaged.append(bytes(data).replace(b"\n", b" "))
    assert 1000 < check(damaged) < 25_000


def seed_lines() -> list[bytes]:
    """Return the lines of the seeds."""
    paths = sorted(seeds.ARTICLES.glob("*.jsonl"))
    return [one for path in paths for one in path.read_bytes().splitlines()]


def test_the_seeds_are_plainly_right() -> None:
    lines = seed_lines()
    assert check(lines) == len(lines) > 900


def test_replies_are_those_to_the_same_articles_as_objects(default_tagger: Tagger) -> None:
    texts = [text for _, text in FOREIGN.values()] + [f"{one} {text}" for one, text, _ in SMALL]
    lines = [*seed_lines(), *(line(text=text) for text in texts), *PLAIN]
    lines += [line(text=text, language="und") for text in texts]
    found, sent = reader.read(b"\n".join(lines)), [*map(ArticleRequest.model_validate_json, lines)]
    assert found.odd == []
    replier = Replier(default_tagger)
    for query in (TagQuery(), TagQuery(all=True, limit=3)):
        assert replier.is_fast(query)
        packed = replier.reply_packed(found.articles, found.ids, query)
        one_by_one = replier.reply(sent, query)
        assert packed.every == one_by_one.every
        assert list(packed.counted) == list(one_by_one.counted)
    assert not replier.is_fast(TagQuery(explain=True))


def test_without_the_compiled_reader_every_line_is_odd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_compiled", None)
    assert not reader.available()
    found = reader.read(PLAIN[0] + b"\n\n" + PLAIN[1])
    assert (found.odd, len(found.articles)) == ([(0, PLAIN[0]), (2, PLAIN[1])], 0)


def test_articles_are_scored_where_they_stand_as_they_are_as_objects(small_tagger: Tagger) -> None:
    packed = reader.read(b"\n".join(PLAIN)).articles
    scorer = small_tagger.scorer
    plain = Scorer(scorer.fields, scorer.intercept)
    for one in (scorer, plain):
        found, objects = one.read(packed), one.read(list(packed))
        assert (found.scores == objects.scores).all()
        assert (found.known == objects.known).all()
    assert list(packed[2:5]) == [packed[at] for at in (2, 3, 4)]


@pytest.mark.skipif(not fused.available(), reason="the compiled scorer is not installed")
def test_places_beyond_the_text_are_refused(small_tagger: Tagger) -> None:
    packed = reader.read(PLAIN[0]).articles
    scorer: Any = small_tagger.scorer
    for at, wrong in ((0, 3), (0, 0), (1, -1), (1, 99), (2, -1), (2, 99), (2, 2**62)):
        places = packed.places.copy()
        places[0, 1, at] = wrong
        with pytest.raises(ValueError, match="a place"):
            scorer.read(type(packed)(packed.data, places, [None]))
    scores = scorer.read(packed).scores
    for places, rows in ((packed.places[:, :1], 1), (packed.places, 0)):
        with pytest.raises(ValueError, match="not as many"):
            scorer.compiled.score_packed(
                packed.data, places.copy(), scores[:rows], scores[:rows, 0].copy()
            )


BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
SPACED = st.text(st.sampled_from(BLANKS + "a\x1b\x85\u0100\u2019\u200b😀"), max_size=40)


@given(st.lists(st.tuples(SPACED, SPACED), max_size=6))
@example([("", ""), ("", "")])
@example([("", " " * 40 + "a"), ("\u2003" * 40, "\u3000" * 17 + "é")])
def test_articles_without_a_word_are_those_that_python_finds_blank(
    sent: list[tuple[str, str]],
) -> None:
    lines = [line(headline=headline, text=text) for headline, text in sent]
    blank = [at for at, pair in enumerate(sent) if not "".join(pair).strip()]
    assert reader.read(b"\n".join(lines)).articles.blank() == blank
    found = reader.read(b"\n".join(lines), words=True)
    assert found.odd == [(at, lines[at]) for at in blank]
    assert found.lines == [at for at in range(len(lines)) if at not in blank]
    assert [(item.headline, item.text) for item in found.articles] == [
        sent[at] for at in found.lines
    ]
