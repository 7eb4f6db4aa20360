"""Named arrays in one joblib file: written the same every time, read without running anything."""

import math
import mmap
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import joblib
import numpy as np
from joblib.numpy_pickle import NumpyArrayWrapper, NumpyUnpickler
from numpy.typing import NDArray

from copytaster.model.errors import ArtifactError

Arrays = dict[str, NDArray[Any]]

#: The only globals that a file of ours may name.
ALLOWED: Mapping[tuple[str, str], object] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): NumpyArrayWrapper,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}
_NUMBERS = "biuf"
_ADVICE = "do not use it; train again, or restore it from a backup you trust"


def dump(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Write *arrays*, uncompressed, to *path* with joblib; equal arrays give equal bytes."""
    plain = {
        name: np.array(array, dtype=np.dtype(array.dtype.str), order="C")
        for name, array in sorted(arrays.items())
    }
    joblib.dump(plain, path, compress=0, protocol=4)


def read(handle: BinaryIO, path: Path) -> Arrays:
    """Return the arrays in an open joblib file, as read-only views of one memory map.

    Parameters
    ----------
    handle : BinaryIO
        The file, open for reading; it may be closed afterwards.
    path : Path
        Its name, for errors.

    Raises
    ------
    ArtifactError
        If the file names any global outside :data:`ALLOWED`, holds anything but numeric
        arrays under string keys, or is damaged. Nothing in it is ever called.
    """
    handle.seek(0)
    try:
        memory = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        found = _ArrayUnpickler(handle, path, memory).load()
    except ArtifactError:
        raise
    except Exception as error:  # noqa: BLE001  # a damaged pickle can raise nearly anything
        raise ArtifactError(
            path, f"is damaged ({type(error).__name__}: {error})", _ADVICE
        ) from None
    if not isinstance(found, dict):
        raise ArtifactError(path, "holds no dictionary of arrays", _ADVICE)
    for name, array in found.items():
        if not isinstance(name, str) or not isinstance(array, np.ndarray):
            raise ArtifactError(path, f"holds more than numeric arrays ({name!r})", _ADVICE)
    return found


class _ArrayUnpickler(NumpyUnpickler):  # type: ignore[misc]  # joblib has no annotations
    """Reads joblib's format, but finds no global that is not allowed, and copies no array.

    joblib writes an array as a small pickled wrapper (shape, order, dtype) that is followed
    by a byte that counts padding, the padding, and the array's own bytes.
    """

    dispatch = NumpyUnpickler.dispatch.copy()

    def __init__(self, handle: BinaryIO, path: Path, memory: mmap.mmap) -> None:
        super().__init__(str(path), handle, ensure_native_byte_order=False)
        self._path = path
        self._memory = memory

    def find_class(self, module: str, name: str) -> object:
        """Return an allowed global; refuse every other."""
        try:
            return ALLOWED[module, name]
        except KeyError:
            raise ArtifactError(
                self._path, f"refused: it names {module}.{name}, which could run code", _ADVICE
            ) from None

    def load_build(self) -> None:
        """Build an object's state; where it is joblib's wrapper, put its array in its place."""
        pickle._Unpickler.load_build(self)  # type: ignore[attr-defined]  # noqa: SLF001  # joblib's base
        if isinstance(self.stack[-1], NumpyArrayWrapper):
            self.stack.append(self._view(self.stack.pop()))

    dispatch[pickle.BUILD[0]] = load_build

    def _view(self, wrapper: NumpyArrayWrapper) -> NDArray[Any]:
        dtype, shape = wrapper.dtype, wrapper.shape
        if not isinstance(dtype, np.dtype) or dtype.kind not in _NUMBERS or not dtype.isnative:
            raise ArtifactError(self._path, f"refused: an array of {dtype}", _ADVICE)
        if wrapper.order != "C" or not all(isinstance(n, int) and n >= 0 for n in shape):
            raise ArtifactError(self._path, f"refused: an array of shape {shape}", _ADVICE)
        self.file_handle.seek(self.file_handle.read(1)[0], 1)
        offset, count = self.file_handle.tell(), math.prod(shape)
        array = np.frombuffer(self._memory, dtype=dtype, count=count, offset=offset)
        self.file_handle.seek(array.nbytes, 1)
        return array.reshape(shape)
