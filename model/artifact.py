"""A saved tagger: ``manifest.json``, ``tagger.joblib`` and ``seen.npy``, checked before use."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copytaster.model import arrays as array_file
from copytaster.model import files, fused
from copytaster.model import seen as seen_file
from copytaster.model.arrays import Arrays
from copytaster.model.calibration import Calibration
from copytaster.model.errors import ArtifactError
from copytaster.model.manifest import NAME as MANIFEST
from copytaster.model.manifest import RETRAIN as _ADVICE
from copytaster.model.manifest import SEEN, Manifest
from copytaster.model.review import Reviewer
from copytaster.model.scorer import FIELDS, OPTIONAL, Field, FieldName, Scorer, padded
from copytaster.model.terms import Terms
from copytaster.model.tiers import Tiers
from copytaster.model.types import Article

ARRAYS = "tagger.joblib"
#: How far a replayed golden score may be from the recorded one.
TOLERANCE = 1e-5
_PER_TOPIC = ("intercept", "suggest", "auto")
#: There where topics exclude each other.
_EXCLUSIVE = "exclusive"
_CURVES = ("calibration.scores", "calibration.logits")


@dataclass(frozen=True, slots=True)
class Artifact:
    """A checked manifest with its arrays.

    Attributes
    ----------
    manifest : Manifest
    arrays : dict of str to ndarray
        For each field ``f`` of ``article``, ``headline`` and, where the tagger reads word pairs,
        ``pairs``: ``f.terms`` (uint8: the terms in UTF-8, joined by line feeds), ``f.idf`` and
        ``f.scales`` (n_terms,) float32, ``f.weights`` (n_terms, n_topics padded to a multiple of
        32) int8, in steps of the scales; each
        (n_topics,) float64: ``intercept``, ``suggest``, ``auto``; and, both (n_topics, n_knots)
        float64: ``calibration.scores``, ``calibration.logits``. Where each article has exactly one
        topic, ``exclusive`` (0,) uint8 is there.
    """

    manifest: Manifest
    arrays: Arrays

    def scorer(self) -> Scorer:
        """Return the fastest scorer over these arrays; only the vocabularies are copied.

        Raises
        ------
        ArtifactError
            If a term is there twice. The compiled scorer meets that while it makes its tables,
            and leaves it to the plain one, which has a row of each term anyway.
        """
        found = scorer_over(self.arrays)
        if found.engine == "numpy":
            self._check_distinct(found)
        return found

    def _check_distinct(self, scorer: Scorer) -> None:
        if any(len(field.terms.rows) < len(field.terms) for field in scorer.fields.values()):
            problem = f"{self.manifest.version}: a term is there twice"
            raise ArtifactError(Path(ARRAYS), problem, _ADVICE)

    def calibration(self) -> Calibration:
        """Return the calibration."""
        return Calibration(*(self.arrays[name] for name in _CURVES))

    def tiers(self) -> Tiers:
        """Return the thresholds of the tiers."""
        return Tiers(self.arrays["suggest"], self.arrays["auto"])

    def reviewer(self) -> Reviewer:
        """Return what decides which articles an editor should look at."""
        return Reviewer.of(self.manifest.data)


def scorer_over(arrays: Arrays) -> Scorer:
    """Return the fastest scorer over an artifact's *arrays* that is installed."""
    fields: dict[FieldName, Field] = {
        name: Field(
            terms=Terms(arrays[f"{name}.terms"]),
            idf=arrays[f"{name}.idf"],
            weights=arrays[f"{name}.weights"],
            scales=arrays[f"{name}.scales"],
        )
        for name in _fields(arrays)
    }
    return fused.best_scorer(fields, arrays["intercept"], exclusive=_EXCLUSIVE in arrays)


def _fields(arrays: Arrays) -> tuple[FieldName, ...]:
    return FIELDS + tuple(name for name in OPTIONAL if f"{name}.terms" in arrays)


def digest(path: Path) -> tuple[int, str]:
    """Return the size in bytes and the SHA-256, in hex, of the file at *path*."""
    with path.open("rb") as handle:
        return os.fstat(handle.fileno()).st_size, hashlib.file_digest(handle, "sha256").hexdigest()


def save(
    manifest: Manifest,
    arrays_from: Path,
    folder: Path,
    key: bytes | None = None,
    seen_from: Path | None = None,
) -> None:
    """Save a tagger as *folder*, whole or not at all.

    A folder that is there already holds the same version, since a version names its content:
    its files are replaced one by one, which mends a damaged one and signs it anew.

    Parameters
    ----------
    manifest : Manifest
        Its size and digest are those of the file *arrays_from*, which is moved into the folder.
    arrays_from : Path
        A joblib file that :func:`copytaster.model.arrays.dump` wrote, on the same file system.
    folder : Path
        Where to save.
    key : bytes or None
        The key to sign the manifest with.
    seen_from : Path or None
        The file of keys that the manifest lists, moved like the arrays; ``None`` where it lists
        none.
    """
    if folder.exists():
        files.replace(arrays_from, folder / ARRAYS)
        if seen_from is not None:
            files.replace(seen_from, folder / SEEN)
        files.write_text(folder / MANIFEST, manifest.dumps(key))
        return
    with files.new_folder(folder) as aside:
        arrays_from.rename(aside / ARRAYS)
        if seen_from is not None:
            seen_from.rename(aside / SEEN)
        (aside / MANIFEST).write_text(manifest.dumps(key), encoding="utf-8")


def load(folder: Path, key: bytes | None = None) -> Artifact:
    """Open the artifact in *folder*, after its size and digest were checked.

    Raises
    ------
    ArtifactError
        If anything is missing, truncated, changed, unsafe, misshapen or not finite.
    """
    manifest = Manifest.load(folder / MANIFEST, key)
    path = folder / ARRAYS
    try:
        with path.open("rb") as handle:
            _check_file(path, manifest, os.fstat(handle.fileno()).st_size)
            if hashlib.file_digest(handle, "sha256").hexdigest() != manifest.sha256:
                raise ArtifactError(path, "is damaged: its SHA-256 is not the manifest's", _ADVICE)
            arrays = array_file.read(handle, path)
    except FileNotFoundError:
        raise ArtifactError(path, "is missing", _ADVICE) from None
    except OSError as error:
        raise ArtifactError(
            path, f"cannot be read ({error.strerror})", "check its access"
        ) from None
    _check_arrays(path, arrays, len(manifest.taxonomy))
    seen_file.check(folder, manifest.seen)
    return Artifact(manifest, arrays)


def replay(loaded: Artifact, scorer: Scorer) -> None:
    """Score the golden inputs again.

    Raises
    ------
    ArtifactError
        If a score is further than 1e-5 from the recorded one: this machine or this version of
        the code would not tag as the tagger was proven to.
    """
    for golden in loaded.manifest.golden:
        found = scorer.score([Article(golden.text, golden.headline)])[0]
        worst = float(np.max(np.abs(found - np.array(golden.scores)), initial=0.0))
        if not worst <= TOLERANCE:
            raise ArtifactError(
                Path(MANIFEST),
                f"{loaded.manifest.version}: a golden input scores {worst:.2g} off",
                "train again with this Copytaster",
            )


def _check_file(path: Path, manifest: Manifest, size: int) -> None:
    if size != manifest.size:
        state = "truncated" if size < manifest.size else "longer than it was"
        raise ArtifactError(path, f"is {state}: {size} bytes of {manifest.size}", _ADVICE)


def _count_terms(path: Path, packed: NDArray[np.uint8]) -> int:
    try:
        packed.tobytes().decode()
    except UnicodeDecodeError:
        raise ArtifactError(path, "its terms are not UTF-8", _ADVICE) from None
    return len(Terms(packed))


def _check_arrays(path: Path, arrays: Arrays, n_topics: int) -> None:
    expected: dict[str, tuple[tuple[int, ...], type]] = {}
    for name in _PER_TOPIC:
        expected[name] = ((n_topics,), np.float64)
    knots = arrays.get(_CURVES[0], np.empty((0, 0))).shape[-1:]
    for name in _CURVES:
        expected[name] = ((n_topics, *knots), np.float64)
    for field in _fields(arrays):
        packed = arrays.get(f"{field}.terms", np.empty(0, dtype=np.uint8))
        terms = _count_terms(path, packed)
        expected[f"{field}.terms"] = ((packed.size,), np.uint8)
        expected[f"{field}.idf"] = expected[f"{field}.scales"] = ((terms,), np.float32)
        expected[f"{field}.weights"] = ((terms, padded(n_topics)), np.int8)
    if _EXCLUSIVE in arrays and n_topics > 1:
        expected[_EXCLUSIVE] = ((0,), np.uint8)
    if set(arrays) != set(expected):
        odd = sorted(set(arrays) ^ set(expected))
        raise ArtifactError(path, f"arrays missing or unknown: {', '.join(odd)}", _ADVICE)
    for name, (shape, dtype) in expected.items():
        array = arrays[name]
        if array.shape != shape or array.dtype != dtype:
            found = f"{array.shape} {array.dtype}, expected {shape} {np.dtype(dtype)}"
            raise ArtifactError(path, f"array {name} is {found}", _ADVICE)
        if name != "auto" and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ArtifactError(path, f"array {name} has a value that is not finite", _ADVICE)
    rises = all((np.diff(arrays[name]) > 0).all() for name in _CURVES) and knots > (1,)
    if not rises or not (arrays["auto"] >= arrays["suggest"]).all():
        raise ArtifactError(path, "its calibration or tiers are out of order", _ADVICE)
