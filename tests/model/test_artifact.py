"""An artifact is opened only if it is whole, of our format, and harmless."""

import json
import math
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copytaster.model import arrays, artifact, manifest
from copytaster.model.errors import ArtifactError
from copytaster.model.tagger import Tagger
from copytaster.model.terms import Terms, pack
from copytaster.model.types import Article


@pytest.fixture
def folder(small_folder: Path, tmp_path: Path) -> Path:
    """A copy of a good artifact, to be damaged."""
    return Path(shutil.copytree(small_folder, tmp_path / "artifact"))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for one file after another."""
    return tmp_path_factory.mktemp("scratch")


def reseal(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the manifest as somebody would who can compute its seal."""
    path = folder / "manifest.json"
    document = json.loads(path.read_text())
    change(document)
    document.pop("seal")
    document["seal"] = manifest._seal(document)
    path.write_text(json.dumps(document))


def accept(folder: Path) -> None:
    """Make the manifest vouch for whatever the joblib file is now."""
    size, sha256 = artifact.digest(folder / "tagger.joblib")
    reseal(folder, lambda document: document["tagger.joblib"].update(bytes=size, sha256=sha256))


def with_a_term_twice(packed: np.ndarray) -> np.ndarray:
    """Return packed terms whose last has become the first once more."""
    found = list(Terms(packed))
    return pack([*found[:-1], found[0]])


def test_a_whole_artifact_opens_and_its_arrays_are_views_of_one_read_only_map(
    small_folder: Path,
) -> None:
    loaded = artifact.load(small_folder)
    bases = {id(base(array)) for array in loaded.arrays.values() if array.size}
    assert len(bases) == 1
    assert not any(array.flags.writeable for array in loaded.arrays.values())


def base(array: np.ndarray) -> object:
    """Return what owns the memory of *array*."""
    found: object = array
    while isinstance(found, np.ndarray) and found.base is not None:
        found = found.base
    return found.obj if isinstance(found, memoryview) else found


def test_a_flipped_byte_is_told_by_the_digest(folder: Path) -> None:
    path = folder / "tagger.joblib"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArtifactError, match=r"tagger.joblib: is damaged: its SHA-256.*train again"):
        Tagger.load(folder)


def test_a_truncated_file_is_told_by_its_size(folder: Path) -> None:
    path = folder / "tagger.joblib"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ArtifactError, match=r"is truncated: \d+ bytes of \d+; train again"):
        Tagger.load(folder)


@pytest.mark.parametrize("name", ["manifest.json", "tagger.joblib"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ArtifactError, match=rf"{name}: .*is missing; .*restore the folder"):
        Tagger.load(folder)


def test_another_format_version_is_named_with_what_to_do(folder: Path) -> None:
    reseal(folder, lambda document: document.update(format_version=99))
    with pytest.raises(
        ArtifactError, match=r"version 99, this Copytaster reads .* version 3; train"
    ):
        Tagger.load(folder)


def test_an_edited_manifest_is_told_by_its_seal(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"Trade"', '"Trades"'))
    with pytest.raises(ArtifactError, match="its digest does not match"):
        Tagger.load(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00", '{"format": "copytaster-tagger"}'])
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ArtifactError):
        Tagger.load(folder)


class Malicious:
    """Makes a file when it is unpickled by a reader that is not careful."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.marker}",)


def test_a_malicious_reduce_is_refused_and_does_not_run(folder: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    joblib.dump({"intercept": Malicious(marker)}, folder / "tagger.joblib")
    accept(folder)
    with pytest.raises(ArtifactError, match=r"refused: it names \w+\.system, which could run code"):
        Tagger.load(folder)
    assert not marker.exists()
    joblib.load(folder / "tagger.joblib")
    assert marker.exists(), "the file is not malicious, so the test showed nothing"


def test_a_pickle_inside_an_object_array_is_refused_and_does_not_run(
    folder: Path, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    hidden = np.array([Malicious(marker)], dtype=object)
    joblib.dump({"intercept": hidden}, folder / "tagger.joblib")
    accept(folder)
    with pytest.raises(ArtifactError, match="refused: an array of anything but plain numbers"):
        Tagger.load(folder)
    assert not marker.exists()


@pytest.mark.parametrize(
    "value",
    [print, {"a": print}, [1, 2], {"a": "text"}, {1: np.zeros(2)}, np.zeros(2), {"a": {1, 2}}],
    ids=repr,
)
def test_anything_but_named_arrays_is_refused(folder: Path, value: object) -> None:
    joblib.dump(value, folder / "tagger.joblib")
    accept(folder)
    with pytest.raises(ArtifactError):
        Tagger.load(folder)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_random_damage_raises_our_error_and_no_other(
    small_folder: Path, scratch: Path, data: st.DataObject
) -> None:
    raw = bytearray((small_folder / "tagger.joblib").read_bytes())
    head = data.draw(st.integers(0, 400))
    raw[head] = data.draw(st.integers(0, 255))
    at = data.draw(st.integers(1, len(raw)))
    path = scratch / "damaged"
    path.write_bytes(raw[:at])
    try:
        with path.open("rb") as handle:
            arrays.read(handle, path)
    except ArtifactError:
        pass


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("calibration.logits", lambda array: array * -1, "calibration or tiers are out of order"),
        ("auto", lambda array: np.full_like(array, -1e9), "calibration or tiers are out of order"),
        ("intercept", lambda array: array * np.nan, "not finite"),
        (
            "intercept",
            lambda array: array[:1],
            r"array intercept is \(1,\) float64, expected \(3,\)",
        ),
        ("article.idf", lambda array: array.astype(np.float64), "expected .* float32"),
        ("calibration.scores", lambda _: None, "arrays missing or unknown: calibration.scores"),
        ("article.terms", with_a_term_twice, "a term is there twice"),
        ("article.terms", lambda array: array | 0x80, "its terms are not UTF-8"),
    ],
)
def test_arrays_that_cannot_be_a_tagger_are_refused(
    folder: Path, name: str, change: Callable[[np.ndarray], np.ndarray | None], message: str
) -> None:
    found = {key: np.array(value) for key, value in artifact.load(folder).arrays.items()}
    changed = change(found.pop(name))
    arrays.dump(found if changed is None else {**found, name: changed}, folder / "tagger.joblib")
    accept(folder)
    with pytest.raises(ArtifactError, match=message):
        Tagger.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(golden=[]),
        lambda document: document["golden"][0].update(scores=[1.0]),
        lambda document: document["golden"][0].update(scores=["x", "y", "z"]),
        lambda document: document["golden"][0].update(scores=[math.nan] * 3),
        lambda document: document.update(metrics={}),
        lambda document: document["topics"][0].update(terms=None),
        lambda document: document["tagger.joblib"].update(bytes="many"),
        lambda document: document.pop("data"),
        lambda document: document["data"].pop("languages"),
        lambda document: document["data"].update(languages="en"),
        lambda document: document["data"].update(familiar_from="much"),
        lambda document: document["data"].update(doubtful_below=2),
    ],
)
def test_a_resealed_manifest_that_makes_no_sense_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    reseal(folder, change)
    with pytest.raises(ArtifactError, match=r"field missing or malformed|scores nan off"):
        Tagger.load(folder)


def test_golden_inputs_that_score_otherwise_are_told(folder: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["golden"][1]["scores"][0] += 1e-4

    reseal(folder, change)
    with pytest.raises(ArtifactError, match=r"a golden input scores 0\.0001 off"):
        Tagger.load(folder)


def test_a_signed_artifact_opens_only_with_its_key(folder: Path) -> None:
    found = manifest.Manifest.load(folder / "manifest.json")
    with pytest.raises(ArtifactError, match=r"is not signed.*COPYTASTER_MODEL_KEY"):
        Tagger.load(folder, b"key")
    (folder / "manifest.json").write_text(found.dumps(b"key"))
    assert Tagger.load(folder, b"key").version == found.version
    assert Tagger.load(folder).version == found.version
    with pytest.raises(ArtifactError, match="signed with another key"):
        Tagger.load(folder, b"other")


def test_saving_a_version_again_mends_it_and_signs_it_anew(folder: Path, tmp_path: Path) -> None:
    found = manifest.Manifest.load(folder / "manifest.json")
    whole = (folder / "tagger.joblib").read_bytes()
    (folder / "tagger.joblib").write_bytes(b"damaged")
    source = tmp_path / "new.joblib"
    source.write_bytes(whole)
    artifact.save(found, source, folder, b"key")
    assert Tagger.load(folder, b"key").version == found.version
    assert sorted(path.name for path in folder.iterdir()) == [
        "manifest.json",
        "seen.npy",
        "tagger.joblib",
    ]


def test_what_is_saved_can_be_read_by_another_user(small_folder: Path) -> None:
    paths = [small_folder, *small_folder.iterdir()]
    assert [oct(path.stat().st_mode)[-3:] for path in paths] == ["755", "644", "644", "644"]


CRAFTED = {
    "a dtype made to hold objects": b"cnumpy\ndtype\n(X\x01\x00\x00\x00OI00\nI01\ntR.",
    "an array of its own": b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93K\x01\x85R.",
    "a state on a dtype": b"\x80\x04\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02f8\x89\x88\x87R(K\x03tb.",
    "a nested tuple as key": b"\x80\x04}" + b"()" + b"\x86" * 40 + b"Ns.",
    "a huge byte array": b"\x80\x05\x96\xff\xff\xff\xff\x01\x00\x00\x00.",
    "a huge number": b"\x80\x04\x8b\x00\x00\x10\x00" + b"\x7f" * 2**20 + b".",
    "a build on a wrapper's class": (
        b"\x80\x04\x8c\x12joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93}b."
    ),
    "an old-style instance": b"(inumpy\nndarray\n.",
    "a persistent id": b"Pname\n.",
}


@pytest.mark.parametrize("crafted", CRAFTED.values(), ids=CRAFTED.keys())
def test_a_crafted_pickle_is_refused_before_it_does_anything(
    crafted: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "crafted"
    path.write_bytes(crafted)
    with path.open("rb") as handle, pytest.raises(ArtifactError):
        arrays.read(handle, path)


def test_equal_arrays_give_equal_bytes_however_they_came_about(tmp_path: Path) -> None:
    first = {"b": np.arange(6.0).reshape(2, 3), "a": np.arange(3)}
    second = {"a": pickle.loads(pickle.dumps(first["a"])), "b": np.asfortranarray(first["b"])}
    arrays.dump(first, tmp_path / "first")
    arrays.dump(second, tmp_path / "second")
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_the_golden_inputs_hold_no_article(small_folder: Path) -> None:
    found = manifest.Manifest.load(small_folder / "manifest.json")
    assert len(found.golden) == 4
    scores = Tagger.load(small_folder).scorer.score([Article("")])[0]
    assert found.golden[0].scores == pytest.approx(scores)
    assert not any("Brussels doubled the tariff" in golden.text for golden in found.golden)
