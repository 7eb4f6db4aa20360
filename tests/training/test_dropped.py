"""What training makes of articles of which only the words are kept."""

from pathlib import Path

import joblib
import numpy as np
import pytest

from copytaster import seeds
from copytaster.archive.archive import Archive
from copytaster.archive.store import Store
from copytaster.archive.texts import Texts
from copytaster.model.registry import Registry
from copytaster.model.taxonomy import Taxonomy
from copytaster.training import corpus, fit, material, saving
from copytaster.training.config import BEST, FAST, Recipe


@pytest.mark.parametrize("recipe", [FAST, BEST], ids=["fast", "best"])
def test_a_tagger_of_dropped_texts_is_the_same_to_the_last_bit(
    tmp_path: Path, recipe: Recipe
) -> None:
    taxonomy = Taxonomy.load(seeds.TAXONOMY)
    items = corpus.load([seeds.ARTICLES], taxonomy)[0].articles[::4]
    archive = Archive(f"sqlite:///{tmp_path / 'archive.db'}")
    with archive.writing() as connection:
        Store(connection).add(items)
    made = []
    for dropped in (0, len(items)):
        with archive.writing() as connection:
            if dropped:
                assert Texts(connection).drop(0, len(items)) == dropped
            lesson = material.gather(Store(connection).each(), taxonomy)
        assert [item.whole for item in lesson.articles] == [not dropped] * len(items)
        registry = Registry(tmp_path / f"models{dropped}")
        version = saving.save(fit.fit(lesson, recipe), registry)
        made.append((joblib.load(registry.folder(version) / "tagger.joblib"), lesson.keys))
    archive.database.engine.dispose()
    (whole, keys), (words, same_keys) = made
    np.testing.assert_array_equal(keys, same_keys)
    np.testing.assert_equal(words, whole)
