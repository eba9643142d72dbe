"""The ports between the parts: what the edge and the worker need of a memory, as protocols.

`vesture.store` implements them (SQLite or PostgreSQL, a folder or S3); tests implement them in memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from vesture.core.job import CancelOutcome, Claim, Job, JobError, LogLine, NewJob
from vesture.core.task import OnStep, TryOnOptions


class JobStore(Protocol):
    """The queue and the record of every request. All methods may be called from many processes at once."""

    async def add(self, job: NewJob) -> Job:
        """Store a job; it is durable when this returns."""
        ...

    async def get(self, request_id: str, *, with_payload: bool = True) -> Job | None:
        """The job, or None. `with_payload` False leaves its payload empty: photos may be megabytes of base64, and
        states are asked for ten times a second."""
        ...

    async def position(self, job: Job) -> int:
        """How many queued jobs run before this one (0 for the next)."""
        ...

    async def queue_length(self) -> int: ...

    async def log_lines(self, request_id: str, after: int = 0) -> Sequence[LogLine]:
        """Lines with `number` > `after`, in order."""
        ...

    async def request_cancel(self, request_id: str) -> CancelOutcome:
        """End a queued job at once, ask the worker of a running one to stop."""
        ...

    async def claim(self, worker: str, lease_seconds: float) -> Claim | None:
        """Take the next job: attempt + 1, a fresh lease. None when nothing waits."""
        ...

    async def heartbeat(self, claim: Claim, lease_seconds: float) -> bool | None:
        """Renew the lease. True: go on; False: the sender asked to cancel; None: the lease is lost, drop it."""
        ...

    async def log(self, claim: Claim, lines: Sequence[tuple[float, str, str]]) -> bool:
        """Append (timestamp, level, message) lines. False: the lease is lost."""
        ...

    async def show_preview(self, claim: Claim, preview: Mapping[str, Any]) -> bool:
        """Let `preview` be what is shown of the running job. False: the lease is lost."""
        ...

    async def finish(
        self,
        claim: Claim,
        *,
        result: Mapping[str, Any] | None = None,
        error: JobError | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> bool:
        """Record the outcome, once. False: the lease is lost, nothing was recorded. May be repeated by a worker
        that did not hear the answer."""
        ...

    async def release(self, claim: Claim, *, retry_after_seconds: float = 0.0, counted: bool = True) -> bool:
        """Give a job back whose engine died: queued again after the delay, or DONE with `WorkerLost` when its
        attempts are spent, or DONE with `Cancelled` when that was asked. With `counted` False (the worker itself
        has to go) the attempt is taken back."""
        ...

    async def reap(self) -> int:
        """End or requeue jobs whose lease ran out, and end queued ones whose start timeout passed. Any process
        may call it at any time; returns how many it touched."""
        ...

    async def wait_for_change(self, timeout_seconds: float) -> None:
        """Return soon after anything was written by anybody, or after the timeout. Only a doorbell."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SeenWorker:
    """A worker that said it is alive. `engine` is empty while its engine is built; the time is in seconds, UTC."""

    name: str
    engine: str
    seen_at: float


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file. `key` is unguessable and never reused."""

    key: str
    content_type: str
    size: int
    file_name: str = ""


class BlobStore(Protocol):
    """Files by key: uploads and results."""

    async def put(
        self,
        data: bytes,
        content_type: str,
        file_name: str,
        lifetime_seconds: float | None = None,
        *,
        key: str | None = None,
    ) -> Blob:
        """Store a file.

        `key` is for an upload whose address was given out before its bytes came (a `file_urls.new_key`);
        None: the store makes one. `lifetime_seconds` None: as long as results are kept.
        """
        ...

    async def get(self, key: str) -> tuple[Blob, bytes] | None:
        """The file, or None when it is unknown or expired."""
        ...

    async def delete(self, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class DressedImage:
    """One encoded result."""

    data: bytes
    content_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DressedResult:
    """What the middle of Vesture gives for one request: encoded pictures, warnings and facts."""

    images: tuple[DressedImage, ...]
    warnings: tuple[str, ...]
    facts: Mapping[str, Any]


class Dresser(Protocol):
    """The middle steps of every try-on, from bytes to bytes: decode, screen, dress, encode."""

    @property
    def name(self) -> str:
        """Of the engine."""
        ...

    def __call__(self, person: bytes, garment: bytes, options: TryOnOptions, on_step: OnStep) -> DressedResult: ...
