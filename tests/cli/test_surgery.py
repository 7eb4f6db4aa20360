"""``copytaster retrain --topics`` and ``models rollback --topic``, as a person runs them."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from copytaster.cli import rollback
from copytaster.model import artifact, fused
from copytaster.model.artifact import scorer_over
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy
from copytaster.model.types import Article
from copytaster.training import fit, saving, topic_rollback
from copytaster.training.config import FAST
from copytaster.training.corpus import Corpus
from copytaster.training.restoring import Restored
from copytaster.training.topic_rollback import Rollback
from tests import newsroom as newsrooms
from tests.newsroom import Newsroom, wait_until
from tests.stories import labelled, write_jsonl

#: Words that no article of the newsroom has.
NEW = [f"word{n}" for n in range(20)]
TEXTS = [item.article for item in newsrooms.articles(150)]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """A newsroom that no test changes."""
    return newsrooms.found(tmp_path_factory.mktemp("original") / "home")


@pytest.fixture(scope="module")
def cut(original: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """The same after trade was retrained alone; no test changes it."""
    made = newsrooms.copied(original, tmp_path_factory.mktemp("cut") / "home")
    status, said = run(made, "retrain", "--topics", "trade", "--jobs", "1")
    assert status == 0, said
    assert "may be promoted." in said
    made.close()
    return made


@pytest.fixture
def newsroom(original: Newsroom, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom of one's own."""
    made = newsrooms.copied(original, tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def after(cut: Newsroom, tmp_path: Path) -> Iterator[Newsroom]:
    """One of one's own after the surgery."""
    made = newsrooms.copied(cut, tmp_path / "after")
    yield made
    made.close()


def run(newsroom: Newsroom, *arguments: str) -> tuple[int, str]:
    """Run ``copytaster``; return its exit status and what it said."""
    process = newsroom.start(*arguments)
    said, _ = process.communicate(timeout=120)
    return process.returncode, said.decode()


def scores(registry: Registry, version: str | None = None) -> dict[str, list[float]]:
    """Return what a version says of all articles, by topic."""
    tagger = Tagger.load(registry.folder(version or registry.champion() or ""))
    columns = tagger.scorer.score(TEXTS).T.tolist()
    return dict(zip(tagger.taxonomy.slugs, columns, strict=True))


def test_trade_alone_is_retrained_and_rolled_back_to_the_very_scores_it_had(
    after: Newsroom,
) -> None:
    registry = after.registry
    first, second = (entry.version for entry in registry.history().entries)
    assert registry.history().entries[-1].why == "retrained trade alone, and passed the gate"
    if fused.available():
        assert scores(registry, second)["sport"] == scores(registry, first)["sport"]
    assert scores(registry, second)["trade"] != scores(registry, first)["trade"]
    status, said = run(after, "models", "rollback", "--topic", "trade", "--why", "x", "--by", "ana")
    assert status == 0, said
    assert f"trade scores every article exactly as in {first}." in said
    third = registry.champion()
    assert third not in {first, second}
    assert f"{third} serves from now on, in the place of {second}." in said
    entry = registry.history().entries[-1]
    assert (entry.why, entry.by) == (f"rolled trade back to {first}: x", "ana")
    assert (entry.kind, entry.forced) == ("promote", False)
    if fused.available():
        assert scores(registry) == scores(registry, first)
    status, said = run(after, "models", "rollback")
    assert (status, registry.champion()) == (0, second), said


def test_show_list_and_diff_tell_what_was_done(after: Newsroom) -> None:
    before, champion = (entry.version for entry in after.registry.history().entries)
    run(after, "models", "rollback", "--topic", "trade")
    status, said = run(after, "models", "show", "champion")
    assert status == 0, said
    assert "retrained trade alone, 200 articles to 2026-01-01" in said
    assert f"rolled trade back to {before}, exactly" in said
    status, said = run(after, "models", "diff", before, champion)
    assert status == 0, said
    assert "single topics since the training" in said
    status, said = run(after, "models", "list", "--json")
    rows = {row["version"]: row for row in json.loads(said)["versions"]}
    assert (rows[before]["articles"], rows[champion]["articles"]) == (60, 200)
    assert rows[champion]["judged"] is True
    assert 0 < rows[champion]["micro_f1"] <= 1


def test_frozen_topics_keep_their_scores(newsroom: Newsroom) -> None:
    before = newsroom.registry.champion()
    status, said = run(newsroom, "retrain", "--freeze", "sport,", "--jobs", "1")
    assert status == 0, said
    entry = newsroom.registry.history().entries[-1]
    assert entry.why == "retrained all but sport, and passed the gate"
    if fused.available():
        assert scores(newsroom.registry)["sport"] == scores(newsroom.registry, before)["sport"]
    (job,) = newsroom.jobs()
    assert job.request == {"freeze": ["sport"]}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--topics", "trade", "--freeze", "sport"), 2, "exclude each other"),
        (("--topics", "trade", "--preset", "fast"), 2, "a preset is for all topics"),
        (("--topics", " ,"), 2, "name at least one topic"),
        (("--topics", "trade,trad"), 1, "unknown topic 'trad'; did you mean trade?"),
        (("--freeze", "trade", "--freeze", "sport"), 1, "freeze names every topic"),
    ],
)
def test_what_cannot_be_done_is_said_before_there_is_a_job(
    newsroom: Newsroom, arguments: tuple[str, ...], status: int, said: str
) -> None:
    found = run(newsroom, "retrain", *arguments)
    assert found[0] == status
    assert said in " ".join(found[1].replace("│", " ").split())
    assert newsroom.jobs() == []


def test_without_a_tagger_there_is_nothing_to_cut(tmp_path: Path) -> None:
    empty = Newsroom(tmp_path / "home")
    status, said = run(empty, "retrain", "--topics", "trade")
    assert (status, "need a tagger that serves" in said) == (1, True), said


def test_a_killed_surgery_leaves_nothing_and_can_be_run_again(newsroom: Newsroom) -> None:
    before, versions = newsroom.registry.champion(), newsroom.registry.versions()
    process = newsroom.start("retrain", "--topics", "trade", "--jobs", "1")
    wait_until(newsroom.left)
    process.kill()
    process.communicate()
    assert (newsroom.registry.champion(), newsroom.registry.versions()) == (before, versions)
    status, said = run(newsroom, "retrain", "--topics", "trade", "--jobs", "1")
    assert status == 0, said
    assert newsroom.left() == []
    assert len(newsroom.registry.versions()) == len(versions) + 1
    (job,) = newsroom.jobs()
    assert (job.state, job.attempts) == ("done", 2)


@pytest.fixture
def retrained(newsroom: Newsroom) -> Newsroom:
    """A newsroom whose champion was trained anew as a whole, on other words."""
    registry = newsroom.registry
    lesson = Corpus(newsrooms.articles(150)[60:180], Taxonomy.from_slugs(["sport", "trade"]))
    version = saving.save(fit.fit(lesson, FAST), registry)
    registry.promote(version, by="zoe")
    return newsroom


def test_a_column_is_carried_over_into_other_words_and_the_difference_is_said(
    retrained: Newsroom,
) -> None:
    registry = retrained.registry
    before, second = (entry.version for entry in registry.history().entries)
    status, said = run(retrained, "models", "rollback", "--topic", "trade", "--force")
    assert status == 0, said
    assert re.search(rf"trade is as in {before}, but for \d+ of [\d,]+ articles", said), said
    made = Tagger.load(registry.folder(registry.champion() or "")).manifest
    (step,) = made.data["surgery"]
    assert (step["to"], step["exact"], step["from"]) == (before, False, second)
    if fused.available():
        assert scores(registry)["sport"] == scores(registry, second)["sport"]


@pytest.fixture
def strangers(newsroom: Newsroom, tmp_path: Path) -> tuple[Newsroom, Path]:
    """A newsroom whose champion knows other words than the one before, and texts of both.

    What the one before is sure of depends on how many of its words a text has among others.
    """
    registry = newsroom.registry
    loaded = artifact.load(registry.folder(registry.champion() or ""))
    old = ("tariff", "quota", "export", "goal", "match", "coach")
    texts = [" ".join([old[n % 6]] * (1 + n % 3) + NEW[: n % 17]) for n in range(200)]
    trade = scorer_over(loaded.arrays).score([Article(text) for text in texts])[:, 1]
    sure = np.array([np.inf, np.median(trade[trade > 0])])
    arrays = {**loaded.arrays, "suggest": np.minimum(sure, 1e3), "auto": np.full(2, np.inf)}
    registry.promote(saving.succeed(loaded.manifest, arrays, None, registry))
    topics = Taxonomy.from_slugs(["sport", "trade"])
    stories = [(" ".join(NEW[n % 7 :: 3]), topics.slugs[n % 2]) for n in range(40)]
    lesson = [labelled(n, "", text, [topic]) for n, (text, topic) in enumerate(stories)]
    registry.promote(saving.save(fit.fit(Corpus(tuple(lesson), topics), FAST), registry))
    path = tmp_path / "texts.jsonl"
    return newsroom, write_jsonl(path, [{"text": text} for text in texts])


def test_more_than_a_few_other_decisions_need_force(strangers: tuple[Newsroom, Path]) -> None:
    newsroom, texts = strangers
    registry = newsroom.registry
    champion, versions = registry.champion(), registry.versions()
    arguments = ("models", "rollback", "--topic", "trade", "--texts", str(texts))
    status, said = run(newsroom, *arguments)
    assert status == 1
    assert f"more than 5%, so {champion} serves on" in said
    assert (registry.champion(), registry.versions()) == (champion, versions)
    status, said = run(newsroom, *arguments, "--force")
    assert status == 0, said
    assert registry.history().entries[-1].forced is True


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--topic", "trad"), 1, "unknown topic 'trad'; did you mean trade?"),
        (("--topic", "trade", "--to", "2020-x"), 1, "no such version: '2020-x'"),
        (("--to", "2020-x"), 2, "go with --topic"),
        (("--force",), 2, "go with --topic"),
        (("--topic", "trade"), 1, "no champion before"),
    ],
)
def test_what_cannot_be_rolled_back_is_said(
    newsroom: Newsroom, arguments: tuple[str, ...], status: int, said: str
) -> None:
    before, versions = newsroom.registry.champion(), newsroom.registry.versions()
    found = run(newsroom, "models", "rollback", *arguments)
    assert found[0] == status
    assert said in found[1]
    assert (newsroom.registry.champion(), newsroom.registry.versions()) == (before, versions)


def test_a_version_that_did_not_have_the_topic_or_has_it_as_it_is_says_so(
    newsroom: Newsroom,
) -> None:
    registry = newsroom.registry
    champion = registry.champion() or ""
    few = newsrooms.articles(30)
    items = tuple(item for item in few if "sport" in item.yes)
    odd = tuple(replace(item, yes=frozenset()) for item in few if "trade" in item.yes)
    lesson = Corpus(items + odd, Taxonomy.from_slugs(["sport"]))
    other = saving.save(fit.fit(lesson, FAST), registry)
    status, said = run(newsroom, "models", "rollback", "--topic", "trade", "--to", other)
    assert (status, f"{other} does not have the topic trade; it has sport" in said) == (1, True)
    status, said = run(newsroom, "models", "rollback", "--topic", "trade", "--to", champion)
    assert (status, "nothing was changed" in said) == (1, True)


def test_a_version_that_was_pruned_is_not_skipped_silently(after: Newsroom) -> None:
    before, champion = (entry.version for entry in after.registry.history().entries)
    shutil.rmtree(after.registry.folder(before))
    status, said = run(after, "models", "rollback", "--topic", "trade")
    assert (status, f"no such version: '{before}'" in said) == (1, True)
    assert after.registry.champion() == champion


def test_a_rollback_that_is_overtaken_says_what_becomes_of_its_version(
    after: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = after.registry
    first, second = (entry.version for entry in registry.history().entries)
    saved = Rollback.save

    def overtaken(self: Rollback, made: Restored, to: Registry, key: bytes | None = None) -> str:
        version = saved(self, made, to, key)
        to.promote(first, by="zoe")
        return version

    monkeypatch.setattr(Rollback, "save", overtaken)
    found = CliRunner().invoke(
        rollback.command, ["--topic", "trade", "--models", str(after.models)]
    )
    (version,) = set(registry.versions()) - {first, second}
    assert (found.exit_code, registry.champion()) == (1, first)
    assert f"copytaster models promote {version}" in " ".join(found.output.split())


def test_nothing_is_proven_of_a_column_that_was_carried_over(newsroom: Newsroom) -> None:
    registry = newsroom.registry
    loaded = artifact.load(registry.folder(registry.champion() or ""))
    topics = loaded.manifest.metrics["topics"]
    trade = {**topics["trade"], "auto": {**topics["trade"]["auto"], "proven": 0.97}}
    metrics = {**loaded.manifest.metrics, "topics": {**topics, "trade": trade}}
    manifest = replace(loaded.manifest, metrics=metrics)
    arrays = {**loaded.arrays, "auto": loaded.arrays["suggest"] + 0.1}
    registry.promote(saving.succeed(manifest, arrays, None, registry))
    lesson = Corpus(newsrooms.articles(150)[60:180], Taxonomy.from_slugs(["sport", "trade"]))
    registry.promote(saving.save(fit.fit(lesson, FAST), registry))
    found = topic_rollback.find(registry, "trade")
    made = found.restore(lambda: TEXTS)
    assert not made.exact
    assert np.isfinite(made.arrays["auto"][1])
    version = found.save(made, registry)
    own = artifact.load(registry.folder(version)).manifest.metrics["topics"]["trade"]
    assert (own["f1"], own["auto"]["proven"]) == (trade["f1"], None)
