"""Taxonomies are read with errors that say which topic and what is wrong."""

import json
from pathlib import Path

import pytest

from copytaster import seeds
from copytaster.model.errors import TaxonomyError
from copytaster.model.taxonomy import Taxonomy, Topic, as_json, from_json


def load(tmp_path: Path, document: object) -> Taxonomy:
    """Write *document* and read it as a taxonomy."""
    path = tmp_path / "topics.json"
    path.write_text(json.dumps(document))
    return Taxonomy.load(path)


def test_a_topic_comes_back_as_it_was_written(tmp_path: Path) -> None:
    topic = Topic("trade", "Trade", "Goods.", "http://example.org/1", None, ("tariff",))
    child = Topic("tariffs", "Tariffs", parent="trade")
    found = load(tmp_path, {"topics": [as_json(topic), as_json(child)]})
    assert found.topics == (topic, child)
    assert from_json(as_json(topic)) == topic


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], r"expected \{\"topics\""),
        ({"topics": []}, "at least one topic"),
        ({"topics": ["trade"]}, "topic 1 is not an object"),
        ({"topics": [{"slug": "Trade!"}]}, r"topic 1 \(Trade!\): slug must be lower-case"),
        ({"topics": [{"name": "Trade"}]}, r"topic 1 \(no slug\): slug"),
        ({"topics": [{"slug": "a"}, {"slug": "a"}]}, "'a' is used twice"),
        ({"topics": [{"slug": "a", "parent": "b"}]}, "a: the parent 'b' is not a topic"),
        ({"topics": [{"slug": "a", "parent": "a"}]}, "a: is its own ancestor"),
        (
            {"topics": [{"slug": "a", "parent": "b"}, {"slug": "b", "parent": "a"}]},
            "is its own ancestor",
        ),
        ({"topics": [{"slug": "a", "name": "\ud800"}]}, "is not JSON in UTF-8"),
        ({"topics": [{"slug": "a", "terms": "x"}]}, "terms must be a list"),
        ({"topics": [{"slug": "a", "auto_precision": 1}]}, "a.: auto_precision must be above 0"),
        ({"topics": [{"slug": "a", "auto_confidence": 0.0}]}, "auto_confidence must be above 0"),
        ({"topics": [{"slug": "a", "auto_precision": "high"}]}, "auto_precision must be above 0"),
        ({"topics": [{"slug": "a", "name": 3}]}, "name must be a string"),
        ({"topics": [{"slug": "a", "term": []}]}, "unknown field 'term'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, document: object, message: str) -> None:
    with pytest.raises(TaxonomyError, match=message):
        load(tmp_path, document)


def test_a_file_that_is_missing_or_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"nowhere.json: cannot be read"):
        Taxonomy.load(tmp_path / "nowhere.json")
    (tmp_path / "bad.json").write_bytes(b"\xff")
    with pytest.raises(TaxonomyError, match=r"bad.json: is not JSON in UTF-8"):
        Taxonomy.load(tmp_path / "bad.json")


def test_the_digest_changes_with_a_definition() -> None:
    one, other = Topic("a", "A", "in"), Topic("a", "A", "out")
    assert Taxonomy((one,)).digest != Taxonomy((other,)).digest
    assert Taxonomy((one,)).digest == Taxonomy((Topic("a", "A", "in"),), "elsewhere").digest


def test_the_default_taxonomy_has_28_defined_topics_and_uris_for_no_place() -> None:
    taxonomy = Taxonomy.load(seeds.TAXONOMY)
    assert len(taxonomy) == 28
    assert all("Out:" in topic.definition and len(topic.terms) >= 30 for topic in taxonomy)
    uris = {topic.slug: topic.uri for topic in taxonomy}
    assert not any(uris[place] for place in ("taiwan", "china", "united-states"))
    assert uris["trade"] == "http://cv.iptc.org/newscodes/mediatopic/20000373"
