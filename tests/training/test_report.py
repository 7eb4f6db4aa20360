"""The page of an evaluation: what it shows, what it must never load, what a browser makes of it."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.training import report
from tests.evaluations import document, learning, mistake, topic

HOSTILE = "</script></style><!-- <img src=https://example.org/x onerror=alert(1)>&amp;\u2028'\""
LOADING = {"src", "href", "srcset", "data", "action", "poster", "style", "xlink:href"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Page(HTMLParser):
    """The tags of a page, what scripts and styles hold, and the text that people read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            key = self.tags[-1][1].get("type") or self.cdata_elem
            self.inside.setdefault(key, []).append(data)
        else:
            self.words.append(data)

    @property
    def data(self) -> Any:  # noqa: ANN401
        return json.loads("".join(self.inside["application/json"]))

    @property
    def text(self) -> str:
        return "".join(self.words)


def page(**changes: Any) -> Page:  # noqa: ANN401
    return Page(report.render(document(**changes)))


def hostile() -> dict[str, Any]:
    return document(
        {"trade": topic(HOSTILE), "sport": topic("Sport")},
        data=[HOSTILE],
        mistakes=[
            mistake(
                "trade",
                headline=HOSTILE,
                snippet=HOSTILE,
                source=HOSTILE,
                id=HOSTILE,
                evidence=[{"term": HOSTILE, "contribution": 1.0}],
            )
        ],
    )


EMPTY: dict[str, dict[str, Any]] = {
    "no learning curve": {"learning": None},
    "no dates and no split": {"published": None, "split": None},
    "no mistakes": {"mistakes": []},
    "no confusions": {"confusions": []},
    "one topic without an article": {"topics": {"one": topic("One", 0, auto=False)}},
    "no auto tier": {"topics": {"one": topic("One", auto=False)}},
    "a mistake without headline, text and evidence": {
        "mistakes": [mistake("sport", headline="", snippet="", evidence=[])]
    },
    "a long headline": {"mistakes": [mistake("sport", headline="x" * 5000)]},
    "right-to-left text": {"mistakes": [mistake("sport", headline="البنك المركزي")]},
    "evidence that weighs nothing": {
        "mistakes": [mistake("sport", evidence=[{"term": "a", "contribution": 0.0}])]
    },
    "no curve point known": {
        "learning": {
            "sizes": [5, 9],
            "micro_f1": [None, None],
            "topics": {"sport": {"articles": [], "f1": [], "plus_50": None}},
        }
    },
    "nothing calibrated": {
        "calibration": {
            "brier": None,
            "log_loss": None,
            "ece": None,
            "pairs": 0,
            "reliability": [],
        }
    },
}


def test_the_page_loads_nothing_and_runs_no_handler() -> None:
    for tag, attributes in Page(report.render(hostile())).tags:
        assert tag not in {"link", "img", "iframe", "object", "base", "form"}
        assert not any(name.startswith("on") for name in attributes)
        for name in attributes.keys() & LOADING:
            assert (attributes[name] or "").startswith("#"), (tag, attributes)


def test_the_policy_lets_only_this_script_and_this_style_run() -> None:
    found = page()
    (policy,) = [
        attributes["content"] for tag, attributes in found.tags if "http-equiv" in attributes
    ]
    for kind, held in (("script", "module"), ("style", "style")):
        source = "".join(found.inside[held])
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in (policy or "")
    assert (policy or "").startswith("default-src 'none'; ")


def test_foreign_text_stays_text() -> None:
    found = Page(report.render(hostile()))
    assert found.text.count(HOSTILE) >= 6
    plain = [tag for tag, _ in Page(report.render(hostile() | {"data": ["a.csv"]})).tags]
    assert [tag for tag, _ in found.tags] == plain
    assert found.data["topics"]["trade"]["name"] == HOSTILE


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner, max_size=3)))
@settings(max_examples=50, deadline=None)
def test_embedded_json_is_read_back_as_it_was(value: object) -> None:
    text = str(report.embedded(value))
    assert json.loads(text) == value
    assert not set(text) & set("<>&\u2028\u2029")


def test_the_plots_get_their_figures_and_no_article() -> None:
    given_document = document()
    found = page().data
    assert found == {key: given_document[key] for key in found}
    assert {"curves", "topics", "learning"} <= set(found)
    assert "mistakes" not in found


def test_every_topic_is_in_the_table_without_scripts() -> None:
    topics = {f"topic-{n}": topic(f"Topic {n}", n) for n in range(90)}
    found = page(topics=topics, learning=None, mistakes=[])
    rows = [attributes["data-slug"] for tag, attributes in found.tags if "data-slug" in attributes]
    assert rows == [f"topic-{n}" for n in reversed(range(90))]
    assert all(f"Topic {n}" in found.text for n in range(90))


def test_headline_figures_are_written_out() -> None:
    text = page().text
    for words in ("0.800", "0.750 to 0.840", "Of 100 tags it gives, 80 are right", "10.0 %"):
        assert words in text


def test_how_many_more_articles_auto_would_take_is_shown_where_it_is_known() -> None:
    assert "More for auto" not in page().text
    known = topic("One", auto=False) | {"more_for_auto": 1234}
    text = page(topics={"one": known, "two": topic("Two")}).text
    assert "More for auto" in text
    assert "1,234" in text


def test_topics_are_ranked_by_what_50_more_articles_would_buy() -> None:
    slugs = ["sport", "trade", "travel"]
    curves = learning(slugs)
    for slug, gain in zip(slugs, (None, -0.01, 0.2), strict=True):
        curves["topics"][slug]["plus_50"] = gain
    text = page(learning=curves).text
    assert text.index("+0.200") < text.index("−0.010") < text.index("not measured")


@pytest.mark.parametrize("changes", EMPTY.values(), ids=EMPTY)
def test_what_is_missing_leaves_no_hole(changes: dict[str, Any]) -> None:
    found = page(**changes)
    assert not re.search(r"\b(None|nan|undefined)\b", found.text)
    assert found.tags[-1] == ("script", {"type": "module"})


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        page(articles=float("nan"))


def test_the_file_is_written_whole_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    report.write(document(), path)
    assert path.read_text(encoding="utf-8") == report.render(document())
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture(scope="module")
def in_browser(tmp_path_factory: pytest.TempPathFactory) -> "Browser":
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    return Browser(CHROMIUM, tmp_path_factory.mktemp("browser"))


class Browser:
    """Headless Chromium, which opens a report and hands back the page that its script made."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.folder = folder

    def open(self, evaluation: dict[str, Any], place: str = "") -> Page:
        path = self.folder / "report.html"
        report.write(evaluation, path)
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000")
        profile = f"--user-data-dir={self.folder / 'profile'}"
        done = subprocess.run(
            [self.program, *flags, profile, "--dump-dom", path.as_uri() + place],
            capture_output=True,
            check=True,
            timeout=120,
        )
        return Page(done.stdout.decode())


def by_id(found: Page, name: str) -> dict[str, str | None]:
    (attributes,) = [attributes for _, attributes in found.tags if attributes.get("id") == name]
    return attributes


def test_a_browser_draws_every_plot_without_an_error(in_browser: Browser) -> None:
    found = in_browser.open(hostile(), "#topic=sport")
    _, root = found.tags[0]
    assert root.get("data-error") is None
    assert root.get("data-ready") == "drawn"
    drawn = [attributes.get("class") for tag, attributes in found.tags if tag == "path"]
    lines = [name for name in drawn if name and name.startswith("line")]
    # precision-recall, reliability, three by threshold with their three keys, learning
    assert len(lines) == 1 + 1 + 3 + 3 + 1
    chosen = [
        attributes["data-slug"]
        for _, attributes in found.tags
        if attributes.get("class") == "chosen"
    ]
    assert chosen == ["sport"]
    assert not {"img", "b"} & {tag for tag, _ in found.tags}
    assert by_id(found, "threshold")["aria-valuetext"] == (
        "confidence 0.400, precision 0.800, recall 0.800"
    )
    assert "Sport: 40 of these 200 articles" in found.text


def test_a_browser_copes_with_nothing_to_draw(in_browser: Browser) -> None:
    nothing: dict[str, list[float]] = {
        "thresholds": [],
        "precision": [],
        "recall": [],
        "reliability": [],
    }
    found = in_browser.open(
        document(
            {"one": topic("One", 0, auto=False)},
            curves={"": nothing, "one": nothing},
            mistakes=[],
            confusions=[],
            learning=None,
        ),
        "#topic=%E0%A4%A",
    )
    assert found.tags[0][1].get("data-error") is None
    assert found.tags[0][1].get("data-ready") == "drawn"
    assert found.text.count("Nothing to plot") == 3
    assert by_id(found, "threshold")["aria-valuetext"] == (
        "confidence 0.500, precision \N{EN DASH}, recall \N{EN DASH}"
    )
