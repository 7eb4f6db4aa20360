"""What a challenger may learn from."""

from dataclasses import replace

import numpy as np
import pytest

from copytaster.archive import kept
from copytaster.model.errors import CorpusError
from copytaster.model.tagger import Tagger
from copytaster.model.taxonomy import Taxonomy, Topic
from copytaster.training import material
from copytaster.training.corpus import Corpus
from copytaster.training.held_out import Contender
from tests.stories import SMALL, as_corpus, labelled

SEEDS = as_corpus(SMALL, Taxonomy.from_slugs(["trade", "sport", "travel"]))
OWN = Taxonomy.from_slugs(["trade", "fishing"])


def test_labels_for_other_topics_and_articles_without_any_label_are_left_out() -> None:
    items = [
        labelled(1, "", "Nets full.", ["fishing", "weather"]),
        labelled(2, "", "Rain.", ["weather"], complete=False),
        labelled(3, "", "Sun.", ["weather"]),
    ]
    found = material.gather(items, OWN)
    assert [(item.id, set(item.yes)) for item in found.articles] == [
        ("s1", {"fishing"}),
        ("s3", set()),
    ]


def test_seeds_say_nothing_of_a_newsrooms_own_topics() -> None:
    found = material.gather([labelled(90, "", "Nets full.", ["fishing"])], OWN, SEEDS)
    column = {slug: at for at, slug in enumerate(OWN.slugs)}
    seeds = found.labels[:-1]
    assert len(seeds) == len(SMALL)
    assert (seeds[:, column["fishing"]] == -1).all()
    about = ["trade" in topics for _, _, topics in SMALL]
    assert (seeds[:, column["trade"]] == about).all()


def test_where_all_topics_are_the_seeds_the_seeds_are_as_they_are() -> None:
    assert material.gather([], SEEDS.taxonomy, SEEDS).digest == SEEDS.digest


def test_seeds_are_of_no_use_where_no_topic_is_theirs() -> None:
    fishing = Taxonomy.from_slugs(["fishing"])
    found = material.gather([labelled(90, "", "Nets full.", ["fishing"])], fishing, SEEDS)
    assert len(found.articles) == 1


def test_the_archive_goes_before_a_seed_of_the_same_name_or_text() -> None:
    headline, text, _ = SMALL[0]
    items = [labelled(90, headline, text, ["travel"]), labelled(2, "Other", "Other text.", [])]
    found = material.gather(items, SEEDS.taxonomy, SEEDS)
    assert len(found.articles) == len(SMALL)
    assert [item for item in found.articles if item.article.text == text] == [items[0]]


def test_a_tagger_of_one_topic_an_article_gets_no_other_articles() -> None:
    found = material.gather([], SEEDS.taxonomy, SEEDS, one_topic=True)
    assert {len(item.yes) for item in found.articles} == {1}


def test_an_archive_without_labels_is_no_material() -> None:
    with pytest.raises(CorpusError, match="no article with a label"):
        material.gather([labelled(1, "", "Rain.", [], complete=False)], OWN)


def test_seeds_go_on_being_learned_where_the_champion_learned_them(small_tagger: Tagger) -> None:
    def learned(seen: Corpus) -> bool:
        return material.learned_seeds(Contender(small_tagger, np.unique(seen.keys)), SEEDS)

    assert material.learned_seeds(None, SEEDS)
    assert learned(SEEDS)
    assert not learned(as_corpus([("", "Nets full.", ())], OWN))
    old = Contender(small_tagger, None)
    assert not material.learned_seeds(old, SEEDS)
    assert material.learned_seeds(old, Corpus(SEEDS.articles, small_tagger.taxonomy))


def test_a_text_that_was_dropped_is_known_by_what_it_was() -> None:
    whole = labelled(1, "Nets full", "The nets are full.", ["fishing"])
    digest = kept.digest("Nets full", "The nets are full.")
    words = replace(whole.article, headline="full nets", text="are full nets the")
    dropped = replace(whole, article=words, digest=digest)
    assert Corpus((dropped,), OWN).keys.tolist() == Corpus((whole,), OWN).keys.tolist()


def test_a_new_topic_that_only_has_yes_labels_waits_and_the_others_are_learned() -> None:
    taxonomy = Taxonomy(
        (*OWN, Topic("virus", "Virus"), Topic("vaccine", "Vaccine", parent="virus"))
    )
    items = [
        labelled(1, "", "Nets full.", ["fishing"], no=frozenset({"trade"}), complete=False),
        labelled(2, "", "Cases.", ["virus"], no=frozenset({"fishing", "vaccine"}), complete=False),
    ]
    corpus, rows = Corpus(tuple(items), taxonomy), np.arange(2)
    found, waiting = material.teachable(corpus, rows, frozenset())
    assert (found.taxonomy.slugs, waiting) == (("fishing", "trade", "vaccine"), ("virus",))
    assert found.taxonomy.topics[-1].parent is None
    assert found.labels.tolist() == [[1, 0, -1], [0, -1, 0]]
    served, waiting = material.teachable(corpus, rows, frozenset({"virus"}))
    assert (served, waiting) == (corpus, ())
    assert material.teachable(corpus, rows[:0], frozenset()) == (corpus, ())
