"""The archive's jobs, as the service asks for them and looks at them."""

from copytaster.archive import clock
from copytaster.archive.archive import Archive
from copytaster.archive.jobs import Jobs
from copytaster.archive.order import RETRAIN
from copytaster.service.retraining import JobReply, JobsReply, RetrainRequest


class Queue:
    """The archive's jobs.

    Parameters
    ----------
    archive : Archive
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def ask(self, sent: RetrainRequest, by: str | None) -> JobReply:
        """Queue a retraining; the one that waits already is returned where it is the same."""
        with self._archive.writing() as connection:
            job = Jobs(connection).add(RETRAIN, sent.order().as_json(), by)
            return JobReply.of(job, clock.now(connection))

    def get(self, identifier: str) -> JobReply:
        """Return a job; raises :class:`NoJobError` if there is none."""
        with self._archive.reading() as connection:
            return JobReply.of(Jobs(connection).get(identifier), clock.now(connection))

    def newest(self, limit: int) -> JobsReply:
        """Return the newest jobs."""
        with self._archive.reading() as connection:
            now = clock.now(connection)
            found = Jobs(connection).latest(RETRAIN, limit)
        return JobsReply(jobs=[JobReply.of(job, now) for job in found])
