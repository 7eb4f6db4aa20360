"""Which articles a tagger has learned from: a file of keys in its folder, and no text."""

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copytaster.model.errors import ArtifactError
from copytaster.model.manifest import NAME as MANIFEST
from copytaster.model.manifest import RETRAIN, SEEN, File
from copytaster.model.types import Article

#: Bytes of an article's SHA-256 that are kept. Of ten million articles, two share a key with a
#: chance of 3 in a million.
_BYTES = 8


def keys(articles: Iterable[Article]) -> NDArray[np.uint64]:
    """Return a key of what each of *articles* says, shape (n_articles,), uint64.

    It is the start of the SHA-256 of headline and text, so that the same article has the same key
    whatever it is called and wherever it was read.
    """
    return of_digests(digest(article) for article in articles)


def of_digests(digests: Iterable[str]) -> NDArray[np.uint64]:
    """Return the keys of articles by the SHA-256, in hex, of what they say, (n,), uint64."""
    found = b"".join(bytes.fromhex(one)[:_BYTES] for one in digests)
    return np.frombuffer(found, dtype=">u8").astype(np.uint64)


def digest(article: Article) -> str:
    """Return the SHA-256, in hex, of an article's headline and text."""
    said = f"{article.headline}\x00{article.text}"
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()


def dumps(found: NDArray[np.uint64]) -> bytes:
    """Return the file that holds the keys *found*: sorted, each once, as a NumPy array."""
    handle = io.BytesIO()
    np.save(handle, np.unique(found).astype("<u8"), allow_pickle=False)
    return handle.getvalue()


def check(folder: Path, listed: File | None) -> bytes | None:
    """Return the file of keys in *folder*, which is as the manifest *listed* it.

    Returns
    -------
    bytes or None
        ``None`` where the manifest, of an older Copytaster, lists none.

    Raises
    ------
    ArtifactError
        If it is missing or damaged.
    """
    if listed is None:
        return None
    path = folder / SEEN
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        raise ArtifactError(path, "is missing", RETRAIN) from None
    except OSError as error:
        raise ArtifactError(
            path, f"cannot be read ({error.strerror})", "check its access"
        ) from None
    if len(found) != listed.size or hashlib.sha256(found).hexdigest() != listed.sha256:
        raise ArtifactError(path, "is damaged: its SHA-256 is not the manifest's", RETRAIN)
    return found


def load(folder: Path, listed: File | None) -> NDArray[np.uint64] | None:
    """Return the keys in *folder*, ascending, shape (n_keys,), uint64; checked as by :func:`check`.

    Raises
    ------
    ArtifactError
        If the file is missing, damaged, or holds anything else.
    """
    raw = check(folder, listed)
    if raw is None:
        return None
    try:
        found = np.load(io.BytesIO(raw), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise _other(folder) from error
    plain = isinstance(found, np.ndarray) and found.ndim == 1 and found.dtype == np.uint64
    if not plain or not (found[1:] > found[:-1]).all():
        raise _other(folder)
    return np.asarray(found, dtype=np.uint64)


def _other(folder: Path) -> ArtifactError:
    return ArtifactError(folder / SEEN, f"holds no keys, though {MANIFEST} lists it", RETRAIN)
