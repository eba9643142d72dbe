"""The job: one request's whole life in one record, and the table of its states.

    QUEUED ──claim──► RUNNING ──finish──► DONE (a result or an error)
      │  ▲               │
      │  └──lease lost───┘  while attempts are left; else DONE with `WorkerLost`
      └──cancel / start timeout──► DONE with an error

Execution is at least once, the recorded outcome exactly once: every write of a worker carries its lease token
and is refused when the lease has passed to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class JobStatus(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"


class Priority(StrEnum):
    """Low runs after all normal ones."""

    NORMAL = "normal"
    LOW = "low"


class CancelOutcome(StrEnum):
    """What became of a wish to cancel; the values are those of the wire."""

    REQUESTED = "CANCELLATION_REQUESTED"
    ALREADY_COMPLETED = "ALREADY_COMPLETED"
    NOT_FOUND = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class NewJob:
    """What the edge hands to the store. `payload` is the input object exactly as it was sent."""

    request_id: str
    endpoint: str  # "fashn/tryon"
    payload: Mapping[str, Any]
    owner: str | None = None  # id of the API key, None when the server runs without keys
    priority: Priority = Priority.NORMAL
    start_timeout_seconds: float | None = None
    max_attempts: int = 3
    webhook_url: str | None = None
    keep_payload: bool = True  # False for X-Fal-Store-IO: 0
    result_lifetime_seconds: float | None = None  # how long its files are kept; None: the setting's


@dataclass(frozen=True, slots=True)
class JobError:
    """How a job failed: the HTTP status and JSON body that its result route answers."""

    status: int
    error_type: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """A job as stored. Times are seconds since the epoch, UTC."""

    request_id: str
    endpoint: str
    payload: Mapping[str, Any]
    status: JobStatus
    owner: str | None
    priority: Priority
    attempt: int
    max_attempts: int
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    start_by: float | None = None
    cancel_requested: bool = False
    webhook_url: str | None = None
    result: Mapping[str, Any] | None = None
    error: JobError | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    keep_payload: bool = True
    result_lifetime_seconds: float | None = None
    preview: Mapping[str, Any] | None = None  # while it runs: as a result, of small pictures, with "step" and "steps"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a job's log. `number` rises within a job, over all attempts."""

    number: int
    timestamp: float
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in a worker's hands. Every write about it carries `lease_token`."""

    job: Job
    lease_token: str
