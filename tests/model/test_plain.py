"""Plain text as an article."""

import pytest

from copytaster.model.plain import headline_and_body


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tariffs rise\nThe duty on steel.", ("Tariffs rise", "The duty on steel.")),
        ("\n Tariffs rise \r\n\r\n The duty.\nMore.\n", ("Tariffs rise", "The duty.\nMore.")),
        ("The duty on steel.\n \n", ("", "The duty on steel.")),
        (" \n", ("", "")),
    ],
)
def test_the_first_line_is_the_headline_unless_it_is_the_only_one(
    text: str, expected: tuple[str, str]
) -> None:
    assert headline_and_body(text) == expected
