"""The queue and the record of every request, in SQL: `JobStore` of `vesture.core.ports`.

Takes: an open `Database`. Gives: jobs, claims, log lines. Knows nothing about workers, HTTP or files.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from vesture.core.job import CancelOutcome, Claim, Job, JobError, JobStatus, LogLine, NewJob, Priority
from vesture.store import job_statements as statements
from vesture.store.database import Database
from vesture.store.schema import job_logs, job_payloads, jobs
from vesture.store.transactions import whole

_PRIORITIES = (Priority.NORMAL, Priority.LOW)  # a priority is stored as its place here
RETRY_DELAY_SECONDS = 1.0


class SqlJobStore:
    """Jobs in a SQL database.

    Args:
        database: opened by the caller, closed by `close`.
        retry_delay_seconds: a job whose worker was lost waits this long, times its attempts so far, before it is
            taken up again.
    """

    def __init__(self, database: Database, *, retry_delay_seconds: float = RETRY_DELAY_SECONDS) -> None:
        self._database = database
        self._retry_delay_seconds = retry_delay_seconds

    @whole
    async def add(self, job: NewJob) -> Job:
        """Store a job; it is durable when this returns."""
        now = self._database.now()
        start_by = None if job.start_timeout_seconds is None else now + job.start_timeout_seconds
        insert = (
            sa.insert(jobs)
            .values(
                request_id=job.request_id,
                endpoint=job.endpoint,
                owner=job.owner,
                status=JobStatus.QUEUED.value,
                priority=_PRIORITIES.index(job.priority),
                attempt=0,
                max_attempts=job.max_attempts,
                created_at=now,
                run_at=now,
                start_by=start_by,
                cancel_requested=False,
                log_count=0,
                webhook_url=job.webhook_url,
                webhook_tries=0,
                keep_payload=job.keep_payload,
                result_lifetime_seconds=job.result_lifetime_seconds,
            )
            .returning(*jobs.c)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(insert)).one()
            payload = dict(job.payload)
            await connection.execute(sa.insert(job_payloads).values(job=row.number, document=payload))
        return job_of_row(row, payload)

    @whole
    async def get(self, request_id: str, *, with_payload: bool = True) -> Job | None:
        """The job, or None. `with_payload` False leaves its payload empty: photos may be inside it."""
        async with self._database.read() as connection:
            row = (await connection.execute(sa.select(jobs).where(jobs.c.request_id == request_id))).one_or_none()
            if row is None:
                return None
            return job_of_row(row, await _payload(connection, row.number) if with_payload else {})

    @whole
    async def recent(self, limit: int = 50, status: JobStatus | None = None) -> Sequence[Job]:
        """The newest jobs first, without their payloads."""
        select = sa.select(jobs).order_by(jobs.c.number.desc()).limit(limit)
        if status is not None:
            select = select.where(jobs.c.status == status.value)
        async with self._database.read() as connection:
            return [job_of_row(row, {}) for row in await connection.execute(select)]

    async def position(self, job: Job) -> int:
        """How many queued jobs run before this one (0 for the next)."""
        return await self._count(statements.jobs_ahead(_PRIORITIES.index(job.priority), job.request_id))

    async def queue_length(self) -> int:
        return await self._count(statements.queue_length())

    @whole
    async def log_lines(self, request_id: str, after: int = 0) -> Sequence[LogLine]:
        """Lines with `number` > `after`, in order."""
        select = (
            sa.select(job_logs.c.number, job_logs.c.timestamp, job_logs.c.level, job_logs.c.message)
            .join(jobs, jobs.c.number == job_logs.c.job)
            .where(jobs.c.request_id == request_id, job_logs.c.number > after)
            .order_by(job_logs.c.number)
        )
        async with self._database.read() as connection:
            return [LogLine(*row) for row in await connection.execute(select)]

    @whole
    async def request_cancel(self, request_id: str) -> CancelOutcome:
        """End a queued job at once, ask the worker of a running one to stop."""
        async with self._database.write() as connection:
            if await _end(connection, statements.cancel_queued(self._database.now(), request_id)):
                return CancelOutcome.REQUESTED
            if (await connection.execute(statements.ask_to_cancel(request_id))).first():
                return CancelOutcome.REQUESTED
            found = await connection.execute(sa.select(jobs.c.number).where(jobs.c.request_id == request_id))
            return CancelOutcome.ALREADY_COMPLETED if found.first() else CancelOutcome.NOT_FOUND

    @whole
    async def claim(self, worker: str, lease_seconds: float) -> Claim | None:
        """Take the next job: attempt + 1, a fresh lease. None when nothing waits."""
        if not await self._any(statements.claimable()):
            return None
        token = secrets.token_hex(16)
        async with self._database.write() as connection:
            statement = statements.claim(self._database.now(), worker, token, lease_seconds)
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                return None
            return Claim(job_of_row(row, await _payload(connection, row.number)), token)

    @whole
    async def heartbeat(self, claim: Claim, lease_seconds: float) -> bool | None:
        """Renew the lease. True: go on; False: the sender asked to cancel; None: the lease is lost, drop it."""
        async with self._database.write() as connection:
            statement = statements.renew(self._database.now(), _held(claim), lease_seconds)
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else not row.cancel_requested

    @whole
    async def log(self, claim: Claim, lines: Sequence[tuple[float, str, str]]) -> bool:
        """Append (timestamp, level, message) lines. False: the lease is lost."""
        if not lines:
            return True
        async with self._database.write() as connection:
            row = (await connection.execute(statements.count_log_lines(_held(claim), len(lines)))).one_or_none()
            if row is None:
                return False
            first = row.log_count - len(lines) + 1
            entries = [
                {"job": row.number, "number": number, "timestamp": timestamp, "level": level, "message": message}
                for number, (timestamp, level, message) in enumerate(lines, first)
            ]
            await connection.execute(sa.insert(job_logs), entries)
        return True

    @whole
    async def show_preview(self, claim: Claim, preview: Mapping[str, Any]) -> bool:
        """Let `preview` be what is shown of the running job. False: the lease is lost."""
        async with self._database.write() as connection:
            return (await connection.execute(statements.show_preview(_held(claim), preview))).first() is not None

    @whole
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
        if (result is None) == (error is None):
            raise ValueError("a job ends with a result or with an error")
        async with self._database.write() as connection:
            end = statements.end(self._database.now(), _held(claim), result=result, error=error, metrics=metrics)
            if await _end(connection, end):
                return True
            done = sa.select(jobs.c.number).where(
                jobs.c.request_id == claim.job.request_id,
                jobs.c.status == JobStatus.DONE.value,
                jobs.c.lease_token == claim.lease_token,
            )
            return (await connection.execute(done)).first() is not None

    @whole
    async def release(self, claim: Claim, *, retry_after_seconds: float = 0.0, counted: bool = True) -> bool:
        """Give a job back whose engine died: queued again after the delay, or DONE with `WorkerLost` when its
        attempts are spent, or DONE with `Cancelled` when that was asked. With `counted` False (the worker itself
        has to go) the attempt is taken back."""
        async with self._database.write() as connection:
            now = self._database.now()
            for end in statements.give_up(now, _held(claim), counted=counted):
                if await _end(connection, end):
                    return True
            again = statements.queue_again(now, _held(claim), retry_after_seconds, counted=counted)
            return (await connection.execute(again)).first() is not None

    @whole
    async def abandon(self, worker: str) -> int:
        """Let the jobs of a worker that is known to be dead be taken up now, not when their leases run out."""
        async with self._database.write() as connection:
            return len((await connection.execute(statements.abandon(worker))).all())

    @whole
    async def reap(self) -> int:
        """End or requeue jobs whose lease ran out, and end queued ones whose start timeout passed."""
        if not await self._any(statements.anything_to_reap(self._database.now())):
            return 0
        async with self._database.write() as connection:
            now = self._database.now()
            overdue = statements.overdue(now)
            touched = 0
            for end in statements.give_up(now, overdue):
                touched += await _end(connection, end)
            again = statements.queue_again(now, overdue, self._retry_delay_seconds * jobs.c.attempt)
            touched += len((await connection.execute(again)).all())
            return touched + await _end(connection, statements.expire(now))

    @whole
    async def prune(self, lifetime_seconds: float) -> int:
        """Forget jobs that finished longer ago than `lifetime_seconds` (or their own, longer lifetime)."""
        async with self._database.write() as connection:
            deleted = await connection.execute(statements.prune(self._database.now(), lifetime_seconds))
            return deleted.rowcount

    async def wait_for_change(self, timeout_seconds: float) -> None:
        """Return soon after anything was written by anybody, or after the timeout. Only a doorbell."""
        await self._database.wait_for_change(timeout_seconds)

    async def close(self) -> None:
        await self._database.close()

    @whole
    async def _count(self, select: sa.Select[Any]) -> int:
        async with self._database.read() as connection:
            return int((await connection.execute(select)).scalar_one())

    @whole
    async def _any(self, select: sa.Select[Any]) -> bool:
        async with self._database.read() as connection:
            return (await connection.execute(select)).first() is not None


def _held(claim: Claim) -> sa.ColumnElement[bool]:
    return statements.held(claim.job.request_id, claim.lease_token)


async def _end(connection: AsyncConnection, end: sa.Update) -> int:
    """Carry out an end and wipe the inputs that are not to be kept; returns how many jobs ended."""
    ended = (await connection.execute(end)).all()
    unkept = [row.number for row in ended if not row.keep_payload]
    if unkept:
        await connection.execute(statements.forget_payloads(unkept))
    return len(ended)


async def _payload(connection: AsyncConnection, number: int) -> Mapping[str, Any]:
    select = sa.select(job_payloads.c.document).where(job_payloads.c.job == number)
    return (await connection.execute(select)).scalar_one_or_none() or {}


def job_of_row(row: sa.Row[Any], payload: Mapping[str, Any]) -> Job:
    """A row of `jobs` as the rest of Vesture knows it."""
    error = row.error
    return Job(
        request_id=row.request_id,
        endpoint=row.endpoint,
        payload=payload,
        status=JobStatus(row.status),
        owner=row.owner,
        priority=_PRIORITIES[row.priority],
        attempt=row.attempt,
        max_attempts=row.max_attempts,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        start_by=row.start_by,
        cancel_requested=row.cancel_requested,
        webhook_url=row.webhook_url,
        result=row.result,
        error=None if error is None else JobError(error["status"], error["error_type"], error["body"]),
        metrics=row.metrics or {},
        keep_payload=row.keep_payload,
        result_lifetime_seconds=row.result_lifetime_seconds,
        preview=row.preview,
    )
