"""What an artifact says of itself, in JSON that a person can read."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from copytaster.model.errors import ArtifactError
from copytaster.model.review import Reviewer
from copytaster.model.taxonomy import (
    Taxonomy,
    as_json,
    from_json,
    redirects_as_json,
    redirects_from_json,
)

NAME = "manifest.json"
FORMAT = "copytaster-tagger"
FORMAT_VERSION = 3
#: The file that :mod:`copytaster.model.seen` writes.
SEEN = "seen.npy"
#: What to do about an artifact that is not whole.
RETRAIN = "train again (copytaster train), or restore the folder from a backup"


@dataclass(frozen=True, slots=True)
class Golden:
    """An input whose scores are known, replayed when the artifact is opened.

    Attributes
    ----------
    headline, text : str
        Made from the tagger's own terms; no newsroom's copy is in it.
    scores : list of float
        The decision score of each topic, in order.
    """

    headline: str
    text: str
    scores: list[float]


@dataclass(frozen=True, slots=True)
class File:
    """A file beside the manifest: its size in bytes, and its SHA-256 in hex."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The readable half of an artifact.

    Attributes
    ----------
    version : str
        Date of the newest article trained on, and the start of :attr:`digest`.
    taxonomy : Taxonomy
        The topics, in the order of the arrays' columns.
    data, parameters, metrics, software : Mapping
        What it was trained on and how, how well it did out of fold, and which libraries did it.
        The data's ``languages``, ``familiar_from`` and ``doubtful_below`` are read by
        :class:`copytaster.model.review.Reviewer`.
    golden : tuple of Golden
    size, sha256 : int, str
        Size in bytes and digest of the joblib file beside it.
    seen : File or None
        The file that tells which articles it was trained on: :mod:`copytaster.model.seen`;
        ``None`` for a tagger of an older Copytaster, which kept no such file.
    """

    version: str
    taxonomy: Taxonomy
    data: Mapping[str, Any]
    parameters: Mapping[str, Any]
    metrics: Mapping[str, Any]
    software: Mapping[str, str]
    golden: tuple[Golden, ...]
    size: int
    sha256: str
    seen: File | None = None

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of everything that the manifest says but its version."""
        return _seal({**self._document(), "version": None})

    def dumps(self, key: bytes | None = None) -> str:
        """Return the manifest as JSON, sealed with its digest, and signed with the *key* if any."""
        document = self._document()
        document["seal"] = _seal(document)
        if key is not None:
            document["signature"] = _sign(document, key)
        return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def _document(self) -> dict[str, Any]:
        redirects = redirects_as_json(self.taxonomy.redirects)
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "version": self.version,
            "topics": [as_json(topic) for topic in self.taxonomy],
            **({"redirects": redirects} if redirects else {}),
            "data": dict(self.data),
            "parameters": dict(self.parameters),
            "metrics": dict(self.metrics),
            "software": dict(self.software),
            "golden": [asdict(golden) for golden in self.golden],
            "tagger.joblib": {"bytes": self.size, "sha256": self.sha256},
            **self._seen(),
        }

    def _seen(self) -> dict[str, Any]:
        if self.seen is None:
            return {}
        return {SEEN: {"bytes": self.seen.size, "sha256": self.seen.sha256}}

    @classmethod
    def load(cls, path: Path, key: bytes | None = None) -> "Manifest":
        """Read and check the manifest at *path*.

        Raises
        ------
        ArtifactError
            If it is missing, damaged, of another format version, or not signed with *key*.
        """
        document = _read(path)
        found = document.get("format_version")
        if document.get("format") != FORMAT or found != FORMAT_VERSION:
            raise ArtifactError(
                path,
                f"format {document.get('format')!r} version {found!r}, "
                f"this Copytaster reads {FORMAT!r} version {FORMAT_VERSION}",
                "train again with this Copytaster, or serve it with the one that made it",
            )
        _check_seal(path, document, key)
        try:
            return _build(document, path)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ArtifactError(path, f"field missing or malformed ({error})", RETRAIN) from None


def _build(document: Mapping[str, Any], path: Path) -> Manifest:
    topics = tuple(from_json(topic) for topic in document["topics"])
    redirects = redirects_from_json(document.get("redirects"), str(path))
    golden = tuple(
        Golden(str(item["headline"]), str(item["text"]), [float(s) for s in item["scores"]])
        for item in document["golden"]
    )
    if not golden or any(len(item.scores) != len(topics) for item in golden):
        raise ValueError("golden inputs")
    for topic in topics:
        for name in ("articles", "precision", "recall", "f1"):
            float(document["metrics"]["topics"][topic.slug][name])
    Reviewer.of(document["data"])
    seen = document.get(SEEN)
    return Manifest(
        version=str(document["version"]),
        taxonomy=Taxonomy(topics, str(path), redirects),
        data=document["data"],
        parameters=document["parameters"],
        metrics=document["metrics"],
        software=document["software"],
        golden=golden,
        size=int(document["tagger.joblib"]["bytes"]),
        sha256=str(document["tagger.joblib"]["sha256"]),
        seen=None if seen is None else File(int(seen["bytes"]), str(seen["sha256"])),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ArtifactError(path, "the manifest is missing", RETRAIN) from None
    except OSError as error:
        raise ArtifactError(
            path, f"cannot be read ({error.strerror})", "check its access"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ArtifactError(path, f"is damaged: not JSON ({error})", RETRAIN) from None
    if not isinstance(document, dict):
        raise ArtifactError(path, "is damaged: not a JSON object", RETRAIN)
    return document


def _check_seal(path: Path, document: dict[str, Any], key: bytes | None) -> None:
    signature = document.pop("signature", None)
    seal = document.pop("seal", None)
    if seal != _seal(document):
        raise ArtifactError(path, "is damaged or edited: its digest does not match", RETRAIN)
    document["seal"] = seal
    if key is None:
        return
    if not isinstance(signature, str):
        raise ArtifactError(path, "is not signed", "train again with COPYTASTER_MODEL_KEY set")
    if not hmac.compare_digest(signature.encode(), _sign(document, key).encode()):
        raise ArtifactError(
            path, "is signed with another key", "check COPYTASTER_MODEL_KEY and where it came from"
        )


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _seal(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(document)).hexdigest()


def _sign(document: Mapping[str, Any], key: bytes) -> str:
    return hmac.new(key, _canonical(document), hashlib.sha256).hexdigest()
