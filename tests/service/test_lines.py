"""A stream cut into lines, however it comes."""

import io

from hypothesis import given
from hypothesis import strategies as st

from copytaster.service.lines import Line, groups


class Pieces:
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data = io.BytesIO(data)
        self._size = size

    def read(self, size: int) -> bytes:
        return self._data.read(min(size, self._size))


def cut(data: bytes, size: int, limit: int = 100) -> list[Line]:
    return [line for group in groups(Pieces(data, size).read, limit, 64) for line in group]


@given(
    lines=st.lists(st.binary(max_size=12).filter(lambda line: not set(line) & set(b"\r\n"))),
    end=st.sampled_from([b"\n", b"\r\n"]),
    size=st.integers(1, 30),
)
def test_lines_and_their_numbers_do_not_depend_on_how_they_come(
    lines: list[bytes], end: bytes, size: int
) -> None:
    expected = [Line(at, line) for at, line in enumerate(lines, 1) if line.strip()]
    assert cut(end.join(lines), size) == expected
    assert cut(end.join([*lines, b""]), size) == expected


def test_a_line_at_the_limit_is_whole_and_a_longer_one_is_left_out() -> None:
    for size in (1, 3, 1000):
        found = cut(b"a" * 10 + b"\n" + b"b" * 11 + b"\r\nc", size, limit=10)
        assert found == [Line(1, b"a" * 10), Line(2, None), Line(3, b"c")]


def test_lines_that_come_together_are_handed_on_together_up_to_a_size() -> None:
    data = b"x\n" * 130
    assert [len(group) for group in groups(io.BytesIO(data).read, 10, 64)] == [64, 64, 2]
    assert len(list(groups(Pieces(data, 2).read, 10, 64))) == 130
