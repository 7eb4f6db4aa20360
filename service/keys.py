"""Access keys: who may do what over HTTP, in one file beside the models."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from copytaster.model import files
from copytaster.model.errors import SettingsError

Scope = Literal["tag", "label", "train", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
#: The file's name.
NAME = "keys.json"
_PREFIX = "ct"


@dataclass(frozen=True, slots=True)
class Key:
    """One access key, without its secret.

    Attributes
    ----------
    id, name : str
        What logs call it, and what people call it.
    scopes : tuple of {"tag", "label", "train", "admin"}
    digest : str
        SHA-256, in hex, of the secret. A secret has 256 random bits, so that no slow hash is
        needed to keep it from being guessed.
    created, revoked : str or None
        ISO 8601, in UTC.
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    digest: str
    created: str
    revoked: str | None = None


class KeyFile:
    """The keys, on disk; readable by its owner alone.

    Parameters
    ----------
    path : Path
        It need not exist: then there are no keys.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[Key, ...]:
        """Return the keys, the revoked ones too, in the order in which they were made.

        Raises
        ------
        SettingsError
            If the file cannot be read or is damaged.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            raise SettingsError(
                str(self.path), str(error), "a file of keys that can be read"
            ) from None
        try:
            return tuple(_key(entry) for entry in json.loads(text)["keys"])
        except (ValueError, KeyError, TypeError) as error:
            expected = (
                "a file that copytaster keys wrote; restore it, or delete it and make new keys"
            )
            raise SettingsError(str(self.path), f"{error!r}", expected) from None

    def create(self, name: str, scopes: Sequence[Scope]) -> tuple[Key, str]:
        """Make a key; return it with its token, which is nowhere kept."""
        identifier, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        key = Key(
            identifier,
            name,
            tuple(scope for scope in SCOPES if scope in scopes),
            _digest(secret),
            _now(),
        )
        with self._changing() as keys:
            keys.append(key)
        return key, f"{_PREFIX}_{identifier}_{secret}"

    def revoke(self, identifier: str) -> Key:
        """Revoke a key for good, and return it.

        Raises
        ------
        SettingsError
            If there is no such key, or it is revoked already.
        """
        with self._changing() as keys:
            for at, key in enumerate(keys):
                if key.id == identifier and key.revoked is None:
                    keys[at] = replace(key, revoked=_now())
                    return keys[at]
            standing = ", ".join(key.id for key in keys if key.revoked is None) or "none"
            raise SettingsError(
                "key", identifier, f"the id of a key that is not revoked: {standing}"
            )

    @contextmanager
    def _changing(self) -> Iterator[list[Key]]:
        """Give the keys to change; nobody else changes them meanwhile, and all is written whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with files.locked(self.path.parent / f".{NAME}.lock"):
            keys = list(self.read())
            yield keys
            text = json.dumps({"keys": [asdict(key) for key in keys]}, indent=1)
            files.write_text(self.path, text + "\n", mode=0o600)


class Keyring:
    """The keys as the service asks for them: in memory, and looked up in constant time.

    Parameters
    ----------
    keys : sequence of Key
    """

    def __init__(self, keys: Sequence[Key]) -> None:
        self.empty = not keys
        self._standing = {key.id: key for key in keys if key.revoked is None}

    def find(self, token: str) -> Key | None:
        """Return the key that *token* is of, or ``None``; how long it takes tells nothing of it."""
        prefix, _, rest = token.partition("_")
        identifier, _, secret = rest.partition("_")
        key = self._standing.get(identifier)
        expected = key.digest if key is not None else _digest("")
        same = hmac.compare_digest(_digest(secret), expected)
        return key if same and key is not None and prefix == _PREFIX else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _key(entry: dict[str, Any]) -> Key:
    if not set(entry["scopes"]) <= set(SCOPES):
        raise ValueError(entry["scopes"])
    return Key(**{**entry, "scopes": tuple(entry["scopes"])})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
