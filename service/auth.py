"""Who may do what: every route's scope, and the guard before all of them."""

import logging
import re
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from copytaster.model.errors import SettingsError
from copytaster.service.keys import Key, KeyFile, Keyring, Scope
from copytaster.service.problems import MIMETYPE
from copytaster.service.schemas import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Where the id of the request's key stands in the WSGI environment.
KEY = "copytaster.key"
#: Seconds after which the file is looked at again.
_FRESH = 1.0
_log = logging.getLogger(__name__)

#: What each path needs; the first that matches counts.
_SCOPES: tuple[tuple[str, Scope | None], ...] = (
    (r"/(healthz|readyz|metrics|openapi\.json|docs(/.*)?)", None),
    (r"(/v1)?/(tag|topics)", "tag"),
    (r"(/v1)?/(articles(/.*)?|review)", "label"),
    (r"(/v1)?/(retrain|jobs(/.*)?)", "train"),
    (r"(/v1)?/models/(rollback|.*/promote)", "admin"),
    (r"(/v1)?/models(/[^/]*)?", "train"),
)
_COMPILED = tuple((re.compile(pattern, re.DOTALL), scope) for pattern, scope in _SCOPES)


def scope_of(path: str) -> Scope | None:
    """Return the scope that *path* needs, ``None`` for those that are open to all.

    A path that is in no list needs ``admin``, so that a route that is forgotten here is closed.
    """
    path = "/" + path.lstrip("/")  # as the router reads it
    for pattern, scope in _COMPILED:
        if pattern.fullmatch(path):
            return scope
    return "admin"


class Guard:
    """A WSGI application that lets requests with the right key through to another.

    As long as there is no key at all, everybody may do everything: the service then listens on the
    loopback interface alone. A key that is made or revoked counts within a second or two.

    Parameters
    ----------
    app : WSGIApplication
    path : Path or None
        The file of keys; ``None``: there are none.
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        path: Path | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._file = KeyFile(path) if path is not None else None
        self._clock = clock
        self._seen = self._stamp()
        self._ring = Keyring(self._file.read() if self._file else ())
        self._fresh_until = clock() + _FRESH

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request, or refuse it."""
        ring = self._keys()
        if ring.empty:
            return self._app(environ, start_response)
        needed = scope_of(environ["PATH_INFO"])
        if needed is None:
            return self._app(environ, start_response)
        key = _key(ring, environ.get("HTTP_AUTHORIZATION", ""))
        if key is None:
            detail = "This needs an access key: send Authorization: Bearer and the key."
            return _refuse(start_response, HTTPStatus.UNAUTHORIZED, detail)
        if needed not in key.scopes:
            detail = f"The key {key.id} lacks the scope {needed!r} that this needs."
            return _refuse(start_response, HTTPStatus.FORBIDDEN, detail)
        environ[KEY] = key.id
        return self._app(environ, start_response)

    def _keys(self) -> Keyring:
        """Return the keys, read again if the file has changed."""
        now = self._clock()
        if self._file is not None and now >= self._fresh_until:
            self._fresh_until = now + _FRESH
            stamp = self._stamp()
            if stamp != self._seen and self._reread(self._file, stamp):
                self._seen = stamp
        return self._ring

    def _reread(self, file: KeyFile, stamp: tuple[int, ...] | None) -> bool:
        """Take the keys of the *file*, and return whether that could be done."""
        if stamp is None and not self._ring.empty:
            _log.error("the keys stay as they were: %s is gone", file.path)
            return False
        try:
            self._ring = Keyring(file.read())
        except SettingsError as error:
            _log.error("the keys stay as they were: %s", error)
            return False
        return True

    def _stamp(self) -> tuple[int, ...] | None:
        """Return what changes with the file."""
        try:
            found = self._file.path.stat() if self._file else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ctime_ns, found.st_ino) if found else None


def _key(ring: Keyring, header: str) -> Key | None:
    kind, _, token = header.partition(" ")
    return ring.find(token.strip()) if kind.lower() == "bearer" else None


def _refuse(start_response: "StartResponse", status: HTTPStatus, detail: str) -> Iterable[bytes]:
    problem = Problem(title=status.phrase, status=status, detail=detail)
    body = problem.model_dump_json().encode()
    headers = [("Content-Type", MIMETYPE), ("Content-Length", str(len(body)))]
    if status == HTTPStatus.UNAUTHORIZED:
        headers.append(("WWW-Authenticate", 'Bearer realm="copytaster"'))
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]
