"""The registry as the service looks at it and changes it."""

import difflib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus

from copytaster.model import promotion, versions
from copytaster.model.errors import ArtifactError
from copytaster.model.manifest import NAME, Manifest
from copytaster.model.promotion import Change, ObjectionError
from copytaster.model.registry import OvertakenError, Registry
from copytaster.service.courtesy import giving_way
from copytaster.service.live import Live
from copytaster.service.problems import RequestError
from copytaster.service.schemas import RefusedReply
from copytaster.service.versions import (
    ChangeReply,
    EntryReply,
    FiguresReply,
    PromoteRequest,
    RollbackRequest,
    VersionDetail,
    VersionReply,
    VersionsReply,
)

_NONE = "This service has no folder of versions."
_ACCESS = (
    "The folder of versions cannot be used here ({}). Promote where it can be written: "
    "copytaster models promote, or rollback."
)
_log = logging.getLogger(__name__)


class Champions:
    """The versions of a registry, and which of them serves.

    What raises, raises :class:`RequestError`.

    Parameters
    ----------
    registry : Registry or None
        ``None``: there is none.
    live : Live
    """

    def __init__(self, registry: Registry | None, live: Live) -> None:
        self._registry = registry
        self._live = live

    def every(self) -> VersionsReply:
        """Return the versions."""
        with self._using() as registry:
            found = versions.every(registry)
        champion = next((one.version for one in found if one.champion), None)
        refused, serving = self._live.refused, self._live.now.name
        return VersionsReply(
            champion=champion,
            refused=refused and RefusedReply(version=refused.version, why=refused.why),
            versions=[VersionReply.of(one, serving) for one in found],
        )

    def one(self, version: str) -> VersionDetail:
        """Return a version, or the ``champion``."""
        with self._using() as registry:
            history = registry.history()
            if version == "champion" and history.champion is not None:
                version = history.champion
            found = versions.one(registry, version)
            if found is None:
                raise _unknown(registry, version)
            manifest = verdict = None
            if found.problem is None:
                manifest = Manifest.load(registry.folder(version) / NAME, registry.key)
                verdict = registry.verdict(version)
        words = (verdict or {}).get("words")
        entries = [EntryReply.of(one) for one in history.entries if one.version == version]
        return VersionDetail(
            **VersionReply.of(found, self._live.now.name).model_dump(),
            settings=manifest.parameters if manifest else {},
            figures=FiguresReply.every(manifest) if manifest else [],
            words=[str(line) for line in words] if isinstance(words, list) else [],
            history=entries,
        )

    def promote(self, version: str, sent: PromoteRequest, asker: str) -> ChangeReply:
        """Promote a version; *asker* is who sends the request."""

        def change(registry: Registry, by: str) -> Change:
            if version not in registry.versions():
                raise _unknown(registry, version)
            try:
                return promotion.promote(
                    registry, version, by=by, why=sent.why, force=sent.force, after=sent.after
                )
            except ObjectionError as error:
                detail = (
                    f"{error}. GET /models/{version} tells more; promote it all the same with "
                    '"force": true.'
                )
                raise RequestError(HTTPStatus.CONFLICT, detail) from None

        return self._changed(change, sent, asker)

    def roll_back(self, sent: RollbackRequest, asker: str) -> ChangeReply:
        """Return to the champion before."""

        def change(registry: Registry, by: str) -> Change:
            return promotion.roll_back(registry, by=by, why=sent.why, after=sent.after)

        return self._changed(change, sent, asker)

    def _changed(
        self,
        change: Callable[[Registry, str], Change],
        sent: PromoteRequest | RollbackRequest,
        asker: str,
    ) -> ChangeReply:
        by = asker if sent.by is None else f"{sent.by} ({asker})"
        with self._using() as registry, giving_way():
            found = change(registry, by)
        _log.warning("%s By %r, because %r", found.words, by, sent.why)
        return ChangeReply.of(found)

    @contextmanager
    def _using(self) -> Iterator[Registry]:
        """Give the registry; what goes wrong with it in the block becomes a problem document."""
        if self._registry is None:
            raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, _NONE)
        try:
            yield self._registry
        except OvertakenError as error:
            raise RequestError(HTTPStatus.CONFLICT, f"{error.problem}; {error.advice}.") from None
        except ArtifactError as error:
            _log.error("the registry: %s", error)
            raise RequestError(HTTPStatus.CONFLICT, f"{error.told}.") from None
        except OSError as error:
            _log.error("the registry: %s", error)
            raise RequestError(
                HTTPStatus.SERVICE_UNAVAILABLE, _ACCESS.format(error.strerror)
            ) from None


def _unknown(registry: Registry, version: str) -> RequestError:
    here = registry.versions()
    near = difflib.get_close_matches(version, here, n=3)
    advice = f"did you mean {' or '.join(near)}?" if near else "GET /models lists those here."
    return RequestError(HTTPStatus.NOT_FOUND, f"No such version: {version!r}; {advice}")
