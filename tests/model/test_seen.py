"""An artifact tells which articles it has seen, without a word of their text."""

import hashlib
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copytaster.model import artifact, manifest, seen
from copytaster.model.errors import ArtifactError
from copytaster.model.manifest import File, Manifest
from copytaster.model.registry import Registry
from copytaster.model.tagger import Tagger
from copytaster.model.types import Article
from copytaster.training import fit, saving
from copytaster.training.corpus import Corpus
from tests.stories import SMALL_RECIPE

ARTICLE = Article("Brussels doubled the tariff.", "Duty rises", id="a1")


@pytest.fixture
def folder(small_folder: Path, tmp_path: Path) -> Path:
    """A copy of a good artifact, to be damaged."""
    return Path(shutil.copytree(small_folder, tmp_path / "artifact"))


def listed(folder: Path) -> File | None:
    return Manifest.load(folder / "manifest.json").seen


def reseal(folder: Path, raw: bytes | None) -> None:
    """Make the manifest vouch for *raw* as its file of keys, or for none."""
    path = folder / "manifest.json"
    document = json.loads(path.read_text())
    document.pop("seal")
    document.pop("seen.npy")
    if raw is not None:
        (folder / "seen.npy").write_bytes(raw)
        document["seen.npy"] = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    document["seal"] = manifest._seal(document)
    path.write_text(json.dumps(document))


def test_a_key_is_the_start_of_the_digest_of_headline_and_text() -> None:
    said = hashlib.sha256(b"Duty rises\x00Brussels doubled the tariff.").digest()
    assert seen.keys([ARTICLE]).tolist() == [int.from_bytes(said[:8], "big")]


def test_a_key_depends_on_what_an_article_says_and_on_nothing_else() -> None:
    same = replace(ARTICLE, id="other", language="en", chain="c")
    moved = Article("rises\x00Brussels doubled the tariff.", "Duty")
    first, second, third = seen.keys([ARTICLE, same, moved]).tolist()
    assert first == second
    assert third != first


@given(st.lists(st.text()))
def test_any_text_has_a_key(texts: list[str]) -> None:
    found = seen.keys(Article(text) for text in texts)
    assert found.shape == (len(texts),)
    assert found.dtype == np.uint64
    assert len(set(found.tolist())) == len(set(texts))


def test_half_a_surrogate_pair_has_a_key() -> None:
    assert seen.keys([Article("\ud800")]).size == 1


def test_a_tagger_tells_of_each_article_whether_it_has_seen_it(
    small_folder: Path, small_corpus: Corpus
) -> None:
    found = seen.load(small_folder, listed(small_folder))
    assert found is not None
    keys = seen.keys(item.article for item in small_corpus.articles)
    assert np.isin(keys, found).all()
    assert not np.isin(seen.keys([Article("Nobody wrote this.")]), found).any()


def test_the_same_articles_make_the_same_file_in_any_order_and_number() -> None:
    keys = seen.keys(Article(text) for text in "abc")
    assert seen.dumps(keys) == seen.dumps(np.concatenate([keys[::-1], keys]))


def test_saving_the_same_tagger_twice_leaves_the_same_bytes(
    small_corpus: Corpus, small_folder: Path, tmp_path: Path
) -> None:
    registry = Registry(tmp_path)
    fitted = fit.fit(small_corpus, SMALL_RECIPE)
    for _ in range(2):  # the second replaces what the first wrote
        folder = registry.folder(saving.save(fitted, registry))
        assert folder.name == small_folder.name
        for path in small_folder.iterdir():
            assert (folder / path.name).read_bytes() == path.read_bytes()


def test_an_artifact_of_an_older_copytaster_still_loads(folder: Path) -> None:
    reseal(folder, None)
    (folder / "seen.npy").unlink()
    assert Tagger.load(folder).version
    assert seen.load(folder, listed(folder)) is None


def test_a_damaged_file_of_keys_is_refused(folder: Path) -> None:
    raw = bytearray((folder / "seen.npy").read_bytes())
    raw[-1] ^= 1
    (folder / "seen.npy").write_bytes(raw)
    with pytest.raises(ArtifactError, match=r"seen.npy: is damaged: its SHA-256.*train again"):
        artifact.load(folder)


def test_a_missing_file_of_keys_is_named(folder: Path) -> None:
    (folder / "seen.npy").unlink()
    with pytest.raises(ArtifactError, match=r"seen.npy: is missing; .*restore the folder"):
        Tagger.load(folder)


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    handle = io.BytesIO()
    np.save(handle, array, allow_pickle=pickled)
    return handle.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no array",
        npy(np.array([2, 1], dtype=np.uint64)),
        npy(np.array([1, 1], dtype=np.uint64)),
        npy(np.array([[1, 2]], dtype=np.uint64)),
        npy(np.array([1.0, 2.0])),
        npy(np.array([{}], dtype=object), pickled=True),
        npy(np.array([1, 2], dtype=np.uint64))[:-1],
    ],
    ids=["empty", "text", "unsorted", "twice", "square", "floats", "pickled", "short"],
)
def test_a_file_of_anything_else_is_refused_though_the_manifest_vouches_for_it(
    folder: Path, raw: bytes
) -> None:
    reseal(folder, raw)
    with pytest.raises(ArtifactError, match="holds no keys"):
        seen.load(folder, listed(folder))
