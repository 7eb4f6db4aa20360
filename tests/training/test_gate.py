"""The gate on real articles: the seeds, and Reuters where it is beside the checkout."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from copytaster import seeds
from copytaster.archive.labelled import LabelledArticle
from copytaster.model.registry import Registry
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import corpus as corpora
from copytaster.training import fit, gate, gate_report, held_out, saving
from copytaster.training.config import BEST, FAST, Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.held_out import Contender, Share
from copytaster.training.ruling import Limits, Ruling

Train = Callable[..., Contender]


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Train:
    """Something that trains a contender on the articles of a corpus in some rows."""
    registry = Registry(tmp_path_factory.mktemp("contenders"))

    def made(corpus: Corpus, rows: object, recipe: Recipe = FAST) -> Contender:
        items = tuple(corpus.articles[row] for row in np.asarray(rows).tolist())
        version = saving.save(fit.fit(Corpus(items, corpus.taxonomy), recipe), registry)
        return Contender.load(registry.folder(version))

    return made


@pytest.fixture(scope="module")
def seed_corpus() -> Corpus:
    """The seed articles, with the topics that a thirtieth of them or more carry."""
    whole, _ = corpora.load([seeds.ARTICLES], Taxonomy.load(seeds.TAXONOMY))
    carried = (whole.labels == 1).mean(axis=0) >= 1 / 30
    slugs = [slug for slug, some in zip(whole.taxonomy.slugs, carried, strict=True) if some]
    return corpora.restrict(whole, Taxonomy.from_slugs(slugs))[0]


@pytest.fixture(scope="module")
def seed_champion(seed_corpus: Corpus, train: Train) -> Contender:
    """A tagger of the first half of the seeds."""
    return train(seed_corpus, range(len(seed_corpus.articles) // 2))


@pytest.fixture(scope="module")
def seed_challenger(seed_corpus: Corpus, seed_champion: Contender, train: Train) -> Contender:
    """A tagger of all seeds that are not held out."""
    return train(seed_corpus, rest(seed_corpus, seed_champion))


def rest(corpus: Corpus, champion: Contender, how: Share | None = None) -> list[int]:
    """Return the rows that a challenger may learn from."""
    held = held_out.choose(corpus, champion, how or Share())
    return [int(row) for row in np.setdiff1d(np.arange(len(corpus.articles)), held)]


def failed(ruling: Ruling) -> list[tuple[str, str | None]]:
    return [(reason.check, reason.topic) for reason in ruling.reasons if not reason.passed]


def test_where_nothing_serves_any_challenger_does(
    seed_corpus: Corpus, seed_champion: Contender
) -> None:
    found = gate.judge(None, seed_champion, seed_corpus)
    assert found.promote
    assert "Nothing serves yet" in found.words[1]


def test_the_champion_is_no_challenger(seed_corpus: Corpus, seed_champion: Contender) -> None:
    found = gate.judge(seed_champion, seed_champion, seed_corpus)
    assert not found.promote
    assert failed(found) == [("same tagger", None)]


def test_too_few_new_articles_promote_nothing_and_say_so(
    seed_corpus: Corpus, seed_champion: Contender, train: Train
) -> None:
    n = len(seed_corpus.articles)
    challenger = train(seed_corpus, range(n - 30))
    found = gate.judge(seed_champion, challenger, seed_corpus)
    assert not found.promote
    assert failed(found) == [("enough", None)]
    assert 0 < found.articles <= 30
    assert f"Too few to judge: {found.articles} labelled" in found.words[1]


def test_a_challenger_that_learned_more_is_promoted_and_judged_by_what_neither_has_seen(
    seed_corpus: Corpus, seed_champion: Contender, seed_challenger: Contender
) -> None:
    learnt = rest(seed_corpus, seed_champion)
    found = gate.judge(seed_champion, seed_challenger, seed_corpus)
    assert found.promote, found.words
    assert found.articles == len(seed_corpus.articles) - len(learnt)
    assert found.micro is not None
    assert found.micro.low > -Limits().micro_margin
    assert found.words[0] == f"{seed_challenger.tagger.version} may be promoted."
    backwards = gate.judge(seed_challenger, seed_champion, seed_corpus)
    assert backwards.micro is not None
    assert backwards.micro.gain == pytest.approx(-found.micro.gain)


def test_the_same_ruling_again_is_the_same(
    seed_corpus: Corpus, seed_champion: Contender, seed_challenger: Contender
) -> None:
    one, two = (gate.judge(seed_champion, seed_challenger, seed_corpus) for _ in range(2))
    assert json.dumps(one.as_json()) == json.dumps(two.as_json())


def test_a_challenger_that_learned_much_less_is_refused(
    seed_corpus: Corpus, seed_champion: Contender, train: Train
) -> None:
    found = gate.judge(seed_champion, train(seed_corpus, range(60)), seed_corpus)
    assert not found.promote
    assert ("micro", None) in failed(found)
    assert "so it is worse" in " ".join(found.words)


def test_tags_that_would_change_are_those_that_are_served(
    seed_corpus: Corpus, seed_champion: Contender, seed_challenger: Contender
) -> None:
    found = gate.judge(seed_champion, seed_challenger, seed_corpus)
    items = {item.id: item for item in seed_corpus.articles}
    assert 0 < len(found.changes) <= found.changed
    for change in found.changes:
        article = items[change.id].article
        for one, given in ((seed_champion, change.before), (seed_challenger, change.after)):
            (tagging,) = one.tagger.tag([article])
            assert [tag.topic for tag in tagging.tags] == [tag.topic for tag in given]
        assert {tag.topic for tag in change.before} != {tag.topic for tag in change.after}
        truth, known = items[change.id].yes, items[change.id].complete
        assert known
        grown = sum(
            sign * len({tag.topic for tag in given} ^ truth)
            for sign, given in ((-1, change.before), (1, change.after))
        )
        assert change.effect == ("worse" if grown > 0 else "better" if grown < 0 else "open")


def test_topics_that_only_one_of_them_knows_are_shown_and_not_compared(
    seed_corpus: Corpus, seed_champion: Contender, train: Train
) -> None:
    slugs = seed_corpus.taxonomy.slugs
    fewer, _ = corpora.restrict(seed_corpus, Taxonomy.from_slugs(slugs[1:]))
    challenger = train(fewer, rest(seed_corpus, seed_champion))
    found = gate.judge(seed_champion, challenger, seed_corpus)
    assert found.topics[slugs[0]].status == "retired"
    assert found.topics[slugs[0]].challenger is None
    assert f"Topics that go: {slugs[0]}." in found.notes
    back = gate.judge(challenger, seed_champion, seed_corpus)
    assert back.topics[slugs[0]].status == "new"
    assert back.topics[slugs[0]].champion is None
    micro = [ruling.micro for ruling in (found, back)]
    assert micro[0] is not None
    assert micro[1] is not None
    assert micro[0].champion == micro[1].challenger


# Poison: Reuters, where a topic has enough articles.


@pytest.fixture(scope="module")
def wire(reuters: Path) -> Corpus:
    """Every other article of Reuters, by date."""
    whole, _ = corpora.load([reuters])
    items = sorted(whole.articles[::2], key=lambda item: str(item.article.published))
    return Corpus(tuple(items), whole.taxonomy)


@pytest.fixture(scope="module")
def wire_champion(wire: Corpus, train: Train) -> Contender:
    """A tagger of the older part."""
    return train(wire, range(past(wire)), BEST)


def past(corpus: Corpus) -> int:
    return int(0.6 * len(corpus.articles))


def poisoned(corpus: Corpus, topic: str) -> Corpus:
    """Return *corpus* with 30 % of the new labels of *topic* flipped."""
    flipped = np.random.default_rng(0).random(len(corpus.articles)) < 0.3

    def flip(row: int, item: LabelledArticle) -> LabelledArticle:
        bad = row >= past(corpus) and flipped[row]
        return replace(item, yes=item.yes ^ {topic}) if bad else item

    items = tuple(flip(row, item) for row, item in enumerate(corpus.articles))
    return Corpus(items, corpus.taxonomy)


@pytest.fixture(scope="module")
def wire_poisoned(wire: Corpus, wire_champion: Contender, train: Train) -> Contender:
    """A challenger that learned a poisoned batch."""
    return train(poisoned(wire, "acq"), rest(wire, wire_champion), BEST)


def test_an_honest_batch_passes(wire: Corpus, wire_champion: Contender, train: Train) -> None:
    found = gate.judge(wire_champion, train(wire, rest(wire, wire_champion), BEST), wire)
    assert found.promote, found.words
    assert found.articles == 431


def test_a_poisoned_batch_is_refused_and_the_words_name_the_topic(
    wire: Corpus, wire_champion: Contender, wire_poisoned: Contender
) -> None:
    found = gate.judge(wire_champion, wire_poisoned, wire)
    assert not found.promote
    assert ("topic", "acq") in failed(found)
    assert any(words.startswith("Topic acq is worse") for words in found.words)
    assert found.topics["acq"].refused
    first = found.changes[0]
    tags = [{tag.topic for tag in given} for given in (first.before, first.after)]
    assert ("acq" in tags[0]) != ("acq" in tags[1])


def test_where_the_held_out_labels_are_poisoned_too_the_disagreement_is_refused(
    wire: Corpus, wire_champion: Contender, wire_poisoned: Contender
) -> None:
    found = gate.judge(wire_champion, wire_poisoned, poisoned(wire, "acq"))
    assert not found.promote
    assert ("labels", "acq") in failed(found)
    assert any("copytaster audit --topic acq" in words for words in found.words)


def test_a_ruling_is_written_as_strict_json_and_as_a_page(
    wire: Corpus, wire_champion: Contender, wire_poisoned: Contender, tmp_path: Path
) -> None:
    found = gate.judge(wire_champion, wire_poisoned, wire)
    gate.write(found, tmp_path)
    document = json.loads(
        (tmp_path / "verdict.json").read_text(),
        parse_constant=lambda name: pytest.fail(f"{name} is not JSON"),
    )
    assert document["promote"] is False
    assert document["words"] == list(found.words)
    assert {"acq"} == {reason["topic"] for reason in document["reasons"] if not reason["passed"]}
    page = (tmp_path / "report.html").read_text()
    assert "Topic acq is worse" in page
    assert found.changes[0].id in page


def test_the_page_runs_nothing_loads_nothing_and_shows_foreign_text_as_text(
    seed_corpus: Corpus, seed_champion: Contender, seed_challenger: Contender
) -> None:
    document = gate.judge(seed_champion, seed_challenger, seed_corpus).as_json()
    hostile = "</style><script>alert(1)</script><img src=https://example.org/x onerror=alert(1)>"
    for change in document["changes"]:
        change.update(headline=hostile, snippet=hostile, id=hostile, source=hostile)
    document["notes"] = [hostile]
    slug = next(iter(document["topics"]))
    document["topics"][slug]["name"] = hostile
    page = gate_report.render(document)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") >= 4 * len(document["changes"])
    assert "script-src 'none'" in html.unescape(page)
    links = re.findall(r"(?:src|href)=(\S+)", page.split("</style>")[1])
    assert all(link.startswith(('"#', "https://example.org/x")) for link in links)


@pytest.mark.parametrize("promote", [True, False])
def test_a_ruling_without_figures_makes_a_page(promote: bool, seed_champion: Contender) -> None:  # noqa: FBT001
    other = None if promote else seed_champion
    empty = Corpus((), seed_champion.tagger.taxonomy)
    page = gate_report.render(gate.judge(other, seed_champion, empty).as_json())
    assert ("Nothing serves yet" if promote else "nothing new was learned") in page
