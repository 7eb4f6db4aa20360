"""Training: reproducible, honest about unseen articles, and right about unknown labels."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from copytaster.model.artifact import scorer_over
from copytaster.model.calibration import Calibration
from copytaster.model.errors import CorpusError
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.model.types import Article
from copytaster.training import (
    beginning,
    fit,
    metrics,
    out_of_fold,
    saving,
    split,
    thresholds,
    weak,
)
from copytaster.training import corpus as corpora
from copytaster.training.config import Recipe
from copytaster.training.corpus import Corpus
from copytaster.training.examples import Examples
from tests.stories import SMALL, SMALL_RECIPE, as_corpus, labelled, small_records, write_jsonl


def train_in_a_process(data: Path, out: Path, hash_seed: str, jobs: str) -> dict[str, bytes]:
    """Train by the command line, and return the bytes of every file in the version's folder."""
    command = [sys.executable, "-m", "copytaster.cli.main", "train"]
    command += ["--data", str(data), "--out", str(out), "--jobs", jobs]
    environ = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(command, check=True, env=environ, capture_output=True)
    return {str(path.relative_to(out)): path.read_bytes() for path in out.glob("*/*")}


def test_two_processes_with_other_hash_seeds_leave_identical_bytes(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "small.jsonl", small_records())
    first = train_in_a_process(data, tmp_path / "first", "1", "1")
    second = train_in_a_process(data, tmp_path / "second", "2", "2")
    names = {Path(name).name for name in first}
    assert names == {"manifest.json", "seen.npy", "tagger.joblib"}
    assert first == second


def test_usual_terms_come_first(small_tagger: Tagger) -> None:
    for field in small_tagger.scorer.fields.values():
        assert (np.diff(field.idf) >= 0).all()
        terms = list(field.terms)
        alike = [
            pair for pair, rise in zip(pairwise(terms), np.diff(field.idf), strict=True) if not rise
        ]
        assert all(one < other for one, other in alike)


def test_saving_a_tagger_twice_leaves_one_version(small_corpus: Corpus, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    versions = {saving.save(fit.fit(small_corpus), registry) for _ in range(2)}
    assert registry.versions() == sorted(versions)
    assert len(versions) == 1
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [".lock"]


def test_other_settings_give_another_version(small_corpus: Corpus, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    saving.save(fit.fit(small_corpus), registry)
    saving.save(fit.fit(small_corpus, Recipe(C=0.5)), registry)
    assert len(registry.versions()) == 2


def test_progress_counts_every_column_once(small_corpus: Corpus) -> None:
    seen: list[tuple[str, int, int]] = []
    fit.fit(small_corpus, Recipe(n_folds=3), progress=lambda *step: seen.append(step))
    assert [done for _, done, _ in seen] == list(range(1, 13))
    assert {total for _, _, total in seen} == {12}
    assert [stage for stage, _, _ in seen] == ["cross-validating"] * 9 + ["fitting"] * 3


def test_an_unknown_label_is_left_out_of_its_topics_fit(small_corpus: Corpus) -> None:
    """An article that may or may not be trade must not teach that its words are not trade."""
    odd = [
        labelled(100 + n, "", f"quota zebra {word}", ["sport"], complete=complete)
        for n, word in enumerate(["abc", "def", "ghi", "jkl"])
        for complete in [False]
    ]
    unknown = replace(small_corpus, articles=(*small_corpus.articles, *odd))
    said_no = replace(
        small_corpus,
        articles=(*small_corpus.articles, *(replace(item, complete=True) for item in odd)),
    )
    weights = [zebra(fit.fit(corpus, SMALL_RECIPE)) for corpus in (unknown, said_no)]
    assert weights[0] == 0.0
    assert weights[1] < -0.1


def zebra(fitted: fit.Fitted) -> float:
    """Return the weight of the word zebra for trade, the first topic."""
    terms = fitted.arrays["article.terms"].tobytes().decode().split("\n")
    return float(fitted.arrays["article.weights"][terms.index("zebra"), 0])


def test_a_topic_without_articles_works_by_its_signature_terms(
    small_corpus: Corpus, tmp_path: Path
) -> None:
    war = Topic("conflict", "Conflict", terms=("shelling", "ceasefire", "artillery", "rebels"))
    taxonomy = Taxonomy((*small_corpus.taxonomy.topics, war))
    registry = Registry(tmp_path)
    version = saving.save(fit.fit(as_corpus(SMALL, taxonomy), SMALL_RECIPE), registry)
    tagger = Tagger.load(registry.folder(version))
    (tagging,) = tagger.tag([Article("Shelling broke the ceasefire, and rebels fled artillery.")])
    assert (tagging.tags[0].topic, tagging.tags[0].tier) == ("conflict", "suggest")
    (other,) = tagger.tag([Article("Six wickets fell before lunch.")])
    assert "conflict" not in [tag.topic for tag in other.tags]


def test_one_group_of_articles_cannot_be_judged_and_is_refused(small_corpus: Corpus) -> None:
    together = tuple(replace(item, group="all") for item in small_corpus.articles)
    with pytest.raises(CorpusError, match="at least 2 groups are needed"):
        fit.fit(replace(small_corpus, articles=together))


def test_a_topic_without_any_known_no_is_refused(small_corpus: Corpus) -> None:
    """Otherwise labels that are only ever yes would put every topic on every article."""
    items = tuple(replace(item, complete=False) for item in small_corpus.articles)
    with pytest.raises(CorpusError, match="known not to be about trade, sport, travel"):
        fit.fit(replace(small_corpus, articles=items))


def test_a_renamed_topic_makes_another_version(small_corpus: Corpus, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    renamed = Taxonomy(tuple(replace(t, name=f"{t.name}!") for t in small_corpus.taxonomy))
    for taxonomy in (small_corpus.taxonomy, renamed):
        version = saving.save(fit.fit(replace(small_corpus, taxonomy=taxonomy)), registry)
        assert Tagger.load(registry.folder(version)).taxonomy.topics == taxonomy.topics
    assert len(registry.versions()) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"complete": False},
        {"yes": frozenset({"sport"})},
        {"no": frozenset({"sport"})},
        {"article": Article("other text", "Steel duty rises", id="s1")},
        {"article": replace(as_corpus(SMALL, Taxonomy(())).articles[0].article, headline="other")},
        {"article": replace(as_corpus(SMALL, Taxonomy(())).articles[0].article, language="fr")},
        {"group": "s2"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_digest_of_the_data_changes_with_all_that_training_sees(
    small_corpus: Corpus, change: dict[str, object]
) -> None:
    first, second = small_corpus.articles[:2]
    changed = replace(first, **change)  # type: ignore[arg-type]  # one field or another
    tied = replace(second, group="s2") if "group" in change else second
    articles = (changed, tied, *small_corpus.articles[2:])
    assert replace(small_corpus, articles=articles).digest != small_corpus.digest


def test_where_the_data_lies_does_not_change_the_artifact(tmp_path: Path) -> None:
    records = [{**record, "id": None} for record in small_records()]
    versions = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        corpus, _ = corpora.load([write_jsonl(tmp_path / name / "x.jsonl", records)])
        versions.append(saving.save(fit.fit(corpus), Registry(tmp_path / "models")))
    assert versions[0] == versions[1]


def test_auto_counts_one_article_of_a_story(small_corpus: Corpus) -> None:
    """Many updates of one story prove as much as one article does, which is nothing."""

    def corpus(chain: str | None) -> Corpus:
        words = ["duty", "steel", "export", "quota", "customs", "lorries", "beef"]
        chosen = [[word for k, word in enumerate(words) if n >> k & 1] for n in range(1, 80)]
        articles = [
            replace(
                labelled(n, "", "", ["trade"]),
                article=Article(f"tariff {' '.join(some)}", id=str(n), chain=chain),
            )
            for n, some in enumerate(chosen)
        ]
        return replace(small_corpus, articles=(*small_corpus.articles, *articles))

    lenient = Recipe(min_df=1, auto_precision=0.9, auto_confidence=0.8)
    assert np.isfinite(fit.fit(corpus(None), lenient).arrays["auto"][0])
    assert not np.isfinite(fit.fit(corpus("one"), lenient).arrays["auto"][0])


def test_articles_without_headlines_or_without_text_can_be_learnt_from(tmp_path: Path) -> None:
    for number, stories in enumerate(
        (
            [("", text, topics) for _, text, topics in SMALL],
            [(headline, "", topics) for headline, _, topics in SMALL],
        )
    ):
        registry = Registry(tmp_path / str(number))
        corpus = as_corpus(stories, Taxonomy.from_slugs(["sport", "trade", "travel"]))
        tagger = Tagger.load(registry.folder(saving.save(fit.fit(corpus), registry)))
        assert len(tagger.tag([Article("goal and wickets")], everything=True)[0].tags) == 3


def test_the_manifest_says_what_it_was_trained_on(small_folder: Path, small_corpus: Corpus) -> None:
    manifest = Tagger.load(small_folder).manifest
    assert manifest.data["articles"] == len(SMALL)
    assert manifest.data["sha256"] == small_corpus.digest
    assert manifest.data["languages"] == ["en"]
    assert 0 <= manifest.data["familiar_from"] <= 1
    assert 0.5 <= manifest.data["doubtful_below"] <= 0.8
    assert manifest.version == f"undated-{manifest.digest[:12]}"
    assert set(manifest.metrics["topics"]) == {"trade", "sport", "travel"}
    assert manifest.parameters["headline_weight"] == Recipe().headline_weight


def test_cross_validated_accuracy_is_not_that_of_seen_articles(small_corpus: Corpus) -> None:
    """Labels dealt at random cannot be predicted; a leak would make them look predictable."""
    rng = np.random.default_rng(0)
    items = tuple(
        replace(item, yes=frozenset({str(rng.choice(["trade", "sport", "travel"]))}))
        for item in small_corpus.articles
        for _ in range(1)
    )
    corpus, recipe = replace(small_corpus, articles=items), Recipe(weak_weight=0, min_df=1)
    fitted = fit.fit(corpus, recipe)
    assert fitted.report.micro.f1 < 0.6
    seen = calibration_of(fitted).confidence(scorer_over(fitted.arrays).score(articles_of(corpus)))
    assert seen[corpus.labels == 1].mean() < 0.9


def articles_of(corpus: Corpus) -> list[Article]:
    """Return the articles without their labels."""
    return [item.article for item in corpus.articles]


def calibration_of(fitted: fit.Fitted) -> Calibration:
    """Return the calibration that would be saved."""
    return fitted.decisions.calibrated.calibration


def test_the_report_decides_each_article_by_thresholds_of_the_other_folds(
    small_corpus: Corpus,
) -> None:
    recipe = Recipe(min_df=1)
    fold = split.folds(small_corpus.groups, recipe.n_folds, recipe.seed)
    scores = out_of_fold.judge(Examples(small_corpus, recipe), fold).scores
    fitted = fit.fit(small_corpus, recipe)
    labels, calibration = small_corpus.labels, calibration_of(fitted)
    begun = beginning.begun(small_corpus.taxonomy, recipe)
    decided = thresholds.cross_fitted(scores, labels, fold, begun=begun)
    assert fitted.report == metrics.compare(decided, labels)
    chosen = thresholds.choose(scores, labels, calibration, recipe.objective, begun)
    assert np.array_equal(fitted.arrays["suggest"], chosen)


def test_a_weak_example_says_yes_to_its_topic_and_nothing_of_the_others(
    small_taxonomy: Taxonomy,
) -> None:
    made = weak.examples(small_taxonomy, Recipe())
    assert made.labels.tolist() == [[1, -1, -1]] * 3
    texts = {article.text for article in made.articles}
    assert texts == {"tariff", "export duty", "Goods between countries."}
    assert weak.examples(small_taxonomy, Recipe(weak_weight=0)).articles == []


def test_the_default_tagger_reaches_its_accuracy(default_tagger: Tagger) -> None:
    metrics = default_tagger.manifest.metrics
    assert metrics["micro"]["f1"] >= 0.85
    assert min(topic["f1"] for topic in metrics["topics"].values()) >= 0.60
