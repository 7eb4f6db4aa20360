"""Named arrays in one joblib file: written the same every time, read without running anything."""

import math
import mmap
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import numpy as np
from numpy.typing import NDArray

from copytaster.model.errors import ArtifactError

Arrays = dict[str, NDArray[Any]]

_ADVICE = "do not use it; train again, or restore it from a backup you trust"
_MOST_DIMENSIONS, _LONGEST = 2, 2**40


class _Wrapper:
    """Stands for joblib's array wrapper while its state has not been read."""


_NDARRAY, _DTYPE = object(), object()
#: The only globals that a file of ours may name, and the inert things that stand for them.
ALLOWED: Mapping[tuple[str, str], object] = {
    ("joblib.numpy_pickle", "NumpyArrayWrapper"): _Wrapper,
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): _DTYPE,
}
_KINDS = {name: np.dtype(name) for name in ("f8", "f4", "i8", "i1", "u1")}
#: What numpy pickles of such a dtype: version, byte order, and nothing else.
_DTYPE_STATES = tuple((3, order, None, None, None, -1, -1, 0) for order in "<|")
#: The opcodes that joblib.dump writes for a dictionary of arrays; every other is refused.
_OPCODE_NAMES = """
    PROTO FRAME STOP MARK MEMOIZE BINGET LONG_BINGET SHORT_BINUNICODE STACK_GLOBAL EMPTY_DICT
    SETITEM SETITEMS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 NEWOBJ REDUCE BUILD
    BININT BININT1 BININT2 LONG1 NONE NEWTRUE NEWFALSE
"""
_OPCODES = frozenset(getattr(pickle, name)[0] for name in _OPCODE_NAMES.split())
#: The reader in Python: the only one whose opcodes can be replaced.
_Reader: Any = pickle._Unpickler  # noqa: SLF001  # as said


def dump(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Write *arrays*, uncompressed, to *path* with joblib; equal arrays give equal bytes."""
    import joblib  # reading needs none of it, and it takes as long to import as half of NumPy

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
        If the file names any global outside :data:`ALLOWED`, holds anything but arrays of
        float64, float32, int64, int8 or uint8 under string keys, or is damaged. Nothing that it
        names is ever called: the reader knows only the shape that joblib gives such arrays.
    """
    handle.seek(0)
    try:
        memory = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        found = _ArrayUnpickler(handle, path, memory).load()
    except ArtifactError:
        raise
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise ArtifactError(path, f"is damaged ({type(error).__name__})", _ADVICE) from error
    if type(found) is not dict or any(type(array) is not np.ndarray for array in found.values()):
        raise ArtifactError(path, "holds more than a dictionary of numeric arrays", _ADVICE)
    return found


class _ArrayUnpickler(_Reader):  # type: ignore[misc]  # it is Any
    """Reads joblib's format of a dictionary of arrays, and nothing else that pickle can say.

    joblib writes an array as a pickled wrapper (shape, order, dtype) that is followed by a
    byte that counts padding, the padding, and the array's own bytes.
    """

    dispatch: ClassVar[dict[int, Any]] = {
        opcode: load for opcode, load in _Reader.dispatch.items() if opcode in _OPCODES
    }

    def __init__(self, handle: BinaryIO, path: Path, memory: mmap.mmap) -> None:
        super().__init__(handle)
        self._handle = handle
        self._path = path
        self._memory = memory

    def find_class(self, module: str, name: str) -> object:
        """Return what stands for an allowed global; refuse every other."""
        try:
            return ALLOWED[module, name]
        except KeyError:
            raise self._refused(f"it names {module}.{name}, which could run code") from None

    def load_newobj(self) -> None:
        """Make an empty wrapper; no other object can be made."""
        arguments, made = self.stack.pop(), self.stack.pop()
        if made is not _Wrapper or arguments != ():
            raise self._refused("an object that is no array")
        self.stack.append(_Wrapper())

    dispatch[pickle.NEWOBJ[0]] = load_newobj

    def load_reduce(self) -> None:
        """Look up a dtype; nothing else can be called."""
        arguments, called = self.stack.pop(), self.stack.pop()
        kind = arguments[0] if called is _DTYPE and len(arguments) == 3 else None  # noqa: PLR2004
        if type(kind) is not str or kind not in _KINDS:
            raise self._refused("an array of anything but plain numbers, or a call")
        self.stack.append(_KINDS[kind])

    dispatch[pickle.REDUCE[0]] = load_reduce

    def load_build(self) -> None:
        """Put the array in its wrapper's place; no other state is set."""
        state, built = self.stack.pop(), self.stack[-1]
        if isinstance(built, np.dtype) and state in _DTYPE_STATES:
            return
        if type(built) is not _Wrapper or type(state) is not dict:
            raise self._refused("a state that is no array's")
        self.stack[-1] = self._view(state)

    dispatch[pickle.BUILD[0]] = load_build

    def load_setitems(self) -> None:
        """Fill a dictionary."""
        items = self.pop_mark()
        self._fill(items[::2], items[1::2])

    dispatch[pickle.SETITEMS[0]] = load_setitems

    def load_setitem(self) -> None:
        """Put one item into a dictionary."""
        value, key = self.stack.pop(), self.stack.pop()
        self._fill([key], [value])

    dispatch[pickle.SETITEM[0]] = load_setitem

    def _fill(self, keys: list[object], values: list[object]) -> None:
        if type(self.stack[-1]) is not dict or any(type(key) is not str for key in keys):
            raise self._refused("a key that is no string")
        self.stack[-1].update(zip(keys, values, strict=True))

    def _view(self, state: dict[str, Any]) -> NDArray[Any]:
        dtype, shape, order = (state.get(name) for name in ("dtype", "shape", "order"))
        if not isinstance(dtype, np.dtype) or order != "C" or type(shape) is not tuple:
            raise self._refused("an array that is not plain")
        sized = all(type(size) is int and 0 <= size < _LONGEST for size in shape)
        if len(shape) > _MOST_DIMENSIONS or not sized:
            raise self._refused("an array of an impossible shape")
        self._handle.seek(self._handle.read(1)[0], 1)
        offset, count = self._handle.tell(), math.prod(shape)
        array: NDArray[Any] = np.frombuffer(self._memory, dtype, count, offset)
        self._handle.seek(array.nbytes, 1)
        return array.reshape(shape)

    def _refused(self, what: str) -> ArtifactError:
        return ArtifactError(self._path, f"refused: {what}", _ADVICE)
