"""The README tells the truth: its commands exist, its curl gives what it says."""

import json
import re
import shlex
from pathlib import Path

import pytest

from copytaster.model.tagger import Tagger
from copytaster.service.app import create_app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


def test_the_first_block_has_exactly_two_lines_to_serve_and_to_test() -> None:
    serve, test = SHELL[0].strip().splitlines()
    assert serve.endswith("copytaster serve")
    assert test.endswith("pytest")


def test_the_curl_gives_taiwan_china_and_diplomacy(default_tagger: Tagger) -> None:
    words = shlex.split(SHELL[1])
    url, body = words[2], words[words.index("-d") + 1]
    assert words[words.index("-H") + 1] == "Content-Type: application/json"
    path = url.removeprefix("http://127.0.0.1:8000")
    reply = create_app(default_tagger).test_client().post(path, json=json.loads(body))
    topics = [tag["topic"] for tag in reply.get_json()["tags"]]
    assert sorted(topics[:3]) == ["china", "diplomacy", "taiwan"]


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
