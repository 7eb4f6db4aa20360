"""Labels and URIs of other systems, and the topics that they mean."""

import pytest

from copytaster.archive.naming import Names
from copytaster.model.taxonomy import Taxonomy, Topic

IPTC = "http://cv.iptc.org/newscodes/mediatopic/"
NAMES = Names(
    Taxonomy(
        (
            Topic("economy", "Economy and business", uri=f"{IPTC}04000000"),
            Topic("human-rights", "Rights of people", uri="https://example.org/rights"),
            Topic("cafe", "Café"),
            Topic("sport", "Games"),
            Topic("play", "Games"),
            Topic("games-old", "Sport"),
        )
    )
)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("economy", "economy"),
        (" Economy ", "economy"),
        ("ECONOMY AND BUSINESS", "economy"),
        ("Economy_and-business", "economy"),
        (f"{IPTC}04000000", "economy"),
        (f"<{IPTC}04000000>", "economy"),
        (f"{IPTC}04000000/".replace("http:", "https:"), "economy"),
        ("medtop:04000000", "economy"),
        ("https://example.org/rights", "human-rights"),
        ("Human rights", "human-rights"),
        ("HUMAN_RIGHTS", "human-rights"),
        ("CAFE\u0301", "cafe"),
        ("Sport", "sport"),
    ],
)
def test_a_topic_is_found_by_slug_name_uri_or_code(name: str, slug: str) -> None:
    assert NAMES.slug(name) == slug


@pytest.mark.parametrize(
    "name", ["", "weather", "medtop:0400000", "medtop:05000000", "Games", "<>", f"{IPTC}0"]
)
def test_a_name_that_means_no_topic_or_two_is_unknown(name: str) -> None:
    assert NAMES.slug(name) is None
