"""What the archive keeps for so many days: what is older goes, a little at a time."""

import time
from collections.abc import Callable

from sqlalchemy import Connection

from copytaster.archive import replies
from copytaster.archive.archive import Archive
from copytaster.archive.decisions import Decisions
from copytaster.archive.scrub import Scrub
from copytaster.archive.texts import Texts

#: Rows that one transaction drops, so that others who write wait for some hundredths of a second.
DECISIONS, TEXTS = 1000, 50
#: Seconds between looks; and to the next where SQLite's log could not be cut yet.
_EVERY, _SOON = 3600.0, 60.0
#: Seconds between two times that SQLite's file is written anew.
_DAY = 86_400.0
#: Seconds of work at a time.
_WORK = 0.5


class Retention:
    """Drops what is older than so many days; any number may do it side by side.

    Parameters
    ----------
    archive : Archive
    decisions : int
        Days; 0: as long as was promised when each was kept.
    texts : int
        Days; 0: for ever.
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        archive: Archive,
        decisions: int = 0,
        texts: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive = archive
        self._decisions = decisions
        self._texts = texts
        self._clock = clock
        self._next = self._rewrite = clock()
        self._scrub = Scrub(archive.database)

    def turn(self) -> None:
        """Drop what is due, for half a second or so, if it is time; the next turn goes on.

        Raises
        ------
        ArchiveDownError
            If the database fails; a later turn goes on.
        """
        started = self._clock()
        if started < self._next:
            return
        drop(self._archive, replies.purge)
        while self._step():
            if self._clock() - started > _WORK:
                return
        self._next = self._clock() + (_EVERY if self._scrubbed() else _SOON)

    def _scrubbed(self) -> bool:
        """Clean SQLite's files, which are written anew once a day at most; tell if that worked."""
        now = self._clock()
        if now < self._rewrite or not self._scrub.soiled():
            return self._scrub.cut()
        done = self._scrub.whole()
        self._rewrite = now + _DAY if done else now
        return done

    def _step(self) -> bool:
        """Drop a little; return whether there may be more."""
        kept, dated = self._decisions, self._texts
        return drop(self._archive, lambda to: Decisions(to).drop(kept, DECISIONS)) == DECISIONS or (
            dated > 0 and drop(self._archive, lambda to: Texts(to).drop(dated, TEXTS)) == TEXTS
        )


def drop(archive: Archive, some: Callable[[Connection], int]) -> int:
    """Have *some* be dropped, in a transaction of its own; return how many."""
    with archive.writing() as connection:
        return some(connection)
