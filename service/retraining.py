"""What is sent and answered where retrainings are asked for, and jobs are looked at."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from copytaster.archive.order import Order, slugs

if TYPE_CHECKING:
    from copytaster.archive.jobs import Job  # SQLAlchemy, which forms do without

_Slugs = Annotated[tuple[str, ...], Field(min_length=1, max_length=10_000)] | None
_Share = Annotated[float | None, Field(gt=0, lt=1)]


class RetrainRequest(BaseModel):
    """A retraining to do; an empty object, or no body, asks for the usual one."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"example": {}})

    preset: Literal["best", "desk", "fast"] | None = Field(
        default=None, description="How to fit; as the champion was, where it is missing."
    )
    seeds: bool | None = Field(
        default=None,
        description="Whether to learn from the seed articles; if the champion did, where missing.",
    )
    promote: bool = Field(default=True, description="Whether what passes the gate is to serve.")
    margin: _Share = Field(default=None, description="How much lower micro F1 may be.")
    topic_margin: _Share = Field(default=None, description="How much F1 one topic may lose.")
    topics: _Slugs = Field(
        default=None,
        description="Fit only these anew; every other topic's tags stay as they are. Not with "
        "freeze or preset.",
    )
    freeze: _Slugs = Field(
        default=None,
        description="Fit all but these anew; their tags stay as they are. Not with topics or "
        "preset.",
    )

    def order(self) -> Order:
        """Return what the job is to do.

        Raises
        ------
        ArchiveError
            If it asks for what excludes each other.
        """
        lists = {"topics": slugs(self.topics or ()), "freeze": slugs(self.freeze or ())}
        return Order(**{**self.model_dump(), **lists})


class JobsQuery(BaseModel):
    """The query parameters of ``GET /jobs``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(default=20, ge=1, le=100, description="At most so many jobs.")


class JobReply(BaseModel):
    """A job, and how far it is."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed"]
    stage: str | None = Field(description="What is being done.")
    share: float = Field(ge=0, le=1, description="How much of it is done.")
    seconds_left: float | None = Field(description="Estimated from what was done so far.")
    request: Mapping[str, Any]
    by: str | None = Field(description="Who asked.")
    attempts: int = Field(description="How often it was begun.")
    created: datetime
    started: datetime | None
    finished: datetime | None
    result: Mapping[str, Any] | None = Field(
        description="Of a retraining that ended: outcome (promoted, kept, refused, too few, "
        "overtaken, nothing new), version, champion, words, and the gate's verdict in short."
    )
    error: str | None = Field(description="Why it failed.")

    @classmethod
    def of(cls, job: "Job", now: datetime) -> "JobReply":
        """Return the reply for *job* at the moment *now*."""
        share = 1.0 if job.state == "done" else min(job.done / job.total, 1.0) if job.total else 0.0
        left = None
        if job.state == "running" and job.started is not None and share > 0:
            left = round((now - job.started).total_seconds() * (1 - share) / share, 1)
        same = ("id", "kind", "state", "stage", "request", "by", "attempts", "created")
        found = {name: getattr(job, name) for name in (*same, "started", "finished")}
        return cls(**found, share=share, seconds_left=left, result=job.result, error=job.error)


class JobsReply(BaseModel):
    """The newest jobs, newest first."""

    jobs: list[JobReply]
