"""Feedback, opened when it is first asked for: tagging does not wait for the archive."""

from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from copytaster.model.taxonomy import Taxonomy
from copytaster.service.problems import RequestError

if TYPE_CHECKING:
    from copytaster.archive.archive import Archive
    from copytaster.service.feedback import Feedback

_NONE = "There is no archive here; set COPYTASTER_DATABASE_URL."


class Teaching:
    """What learns from editors, over one archive.

    Parameters
    ----------
    database_url : str or None
        ``None``: there is no archive.
    taxonomy : callable
        Returns the topics that take labels now.
    """

    def __init__(self, database_url: str | None, taxonomy: Callable[[], Taxonomy]) -> None:
        self._url = database_url
        self._taxonomy = taxonomy
        self._opening = Lock()
        self._archive: Archive | None = None

    @property
    def archive(self) -> "Archive":
        """The archive.

        Raises
        ------
        RequestError
            With 503, where there is none.
        """
        # SQLAlchemy takes a quarter of a second to import.
        from copytaster.archive.archive import Archive

        if self._url is None:
            raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, _NONE)
        with self._opening:
            if self._archive is None:
                self._archive = Archive(self._url)
            return self._archive

    @property
    def feedback(self) -> "Feedback":
        """What puts articles and labels into the archive; raises as :attr:`archive`."""
        from copytaster.service.feedback import Feedback

        return Feedback(self.archive, self._taxonomy)

    def close(self) -> None:
        """Close the connections to the archive."""
        if self._archive is not None:
            self._archive.database.engine.dispose()
