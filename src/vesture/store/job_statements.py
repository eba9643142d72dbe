"""Every statement about jobs, each with its name and its reason; the same ones for SQLite and PostgreSQL.

Takes: the time as an expression (`Database.now`), ids, tokens. Gives: statements, nothing is executed here.

Whatever a worker writes carries its lease token and touches only a running job (`held`): when the lease has passed
to another worker, the statement finds no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from vesture.core.job import JobError, JobStatus
from vesture.core.wire_errors import error_body
from vesture.errors import Cancelled, StartTimeout, WorkerLost
from vesture.store.schema import job_payloads, jobs

Now = sa.ColumnElement[float]

_queued = jobs.c.status == sa.literal_column(f"'{JobStatus.QUEUED}'")  # literal, so that the partial indexes fit
_running = jobs.c.status == sa.literal_column(f"'{JobStatus.RUNNING}'")


def claim(now: Now, worker: str, lease_token: str, lease_seconds: float) -> sa.Update:
    """Take the next job that may run. Attempts are counted here, so that a job that kills its worker ends too.

    On PostgreSQL ``SKIP LOCKED`` lets claimers pass each other; on SQLite writers are one at a time and the clause is
    left out.
    """
    next_job = (
        sa.select(jobs.c.number)
        .where(_queued, jobs.c.run_at <= now, sa.or_(jobs.c.start_by.is_(None), jobs.c.start_by > now))
        .order_by(jobs.c.priority, jobs.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        sa.update(jobs)
        .where(jobs.c.number == next_job)
        .values(
            status=JobStatus.RUNNING.value,
            attempt=jobs.c.attempt + 1,
            started_at=now,
            worker=worker,
            lease_token=lease_token,
            lease_until=now + lease_seconds,
        )
        .returning(*jobs.c)
    )


def claimable() -> sa.Select[Any]:
    """One row when a job is queued; spares an idle worker the write lock."""
    return sa.select(sa.literal(1)).where(_queued).limit(1)


def held(request_id: str, lease_token: str) -> sa.ColumnElement[bool]:
    """True for the job as long as the lease is the sender's."""
    return sa.and_(jobs.c.request_id == request_id, jobs.c.lease_token == lease_token, _running)


def renew(now: Now, held_job: sa.ColumnElement[bool], lease_seconds: float) -> sa.Update:
    """Push the end of the lease forward; tells whether the sender of the job wants it cancelled."""
    return sa.update(jobs).where(held_job).values(lease_until=now + lease_seconds).returning(jobs.c.cancel_requested)


def count_log_lines(held_job: sa.ColumnElement[bool], lines: int) -> sa.Update:
    """Reserve the numbers of `lines` log lines."""
    return (
        sa.update(jobs)
        .where(held_job)
        .values(log_count=jobs.c.log_count + lines)
        .returning(jobs.c.number, jobs.c.log_count)
    )


def show_preview(held_job: sa.ColumnElement[bool], preview: Mapping[str, Any]) -> sa.Update:
    """Replace what is shown of a running job."""
    return sa.update(jobs).where(held_job).values(preview=dict(preview)).returning(jobs.c.number)


def end(
    now: Now,
    where: sa.ColumnElement[bool],
    *,
    result: Mapping[str, Any] | None = None,
    error: JobError | None = None,
    metrics: Mapping[str, float] | None = None,
) -> sa.Update:
    """Record an outcome. From here on a webhook is owed, when one was asked for. The lease token stays, so that a
    worker that never heard the answer to its finish can ask again."""
    return (
        sa.update(jobs)
        .where(where)
        .values(
            status=JobStatus.DONE.value,
            finished_at=now,
            lease_until=None,
            preview=None,
            result=None if result is None else dict(result),
            error=None
            if error is None
            else {"status": error.status, "error_type": error.error_type, "body": dict(error.body)},
            metrics=dict(metrics or {}),
            webhook_due_at=sa.case((jobs.c.webhook_url.is_not(None), now), else_=sa.null()),
        )
        .returning(jobs.c.number, jobs.c.keep_payload)
    )


def queue_again(now: Now, where: sa.ColumnElement[bool], delay: Any, *, counted: bool = True) -> sa.Update:
    """Put running jobs back; they keep their place in the order but wait for `delay` seconds."""
    return (
        sa.update(jobs)
        .where(where)
        .values(
            status=JobStatus.QUEUED.value,
            attempt=jobs.c.attempt if counted else jobs.c.attempt - 1,
            run_at=now + delay,
            preview=None,
            lease_token=None,
            lease_until=None,
        )
        .returning(jobs.c.number)
    )


def cancel_queued(now: Now, request_id: str) -> sa.Update:
    """End a job that nobody runs yet."""
    return end(now, sa.and_(jobs.c.request_id == request_id, _queued), error=error_body(Cancelled()))


def ask_to_cancel(request_id: str) -> sa.Update:
    """Leave word for the worker that runs the job."""
    return (
        sa.update(jobs)
        .where(jobs.c.request_id == request_id, _running)
        .values(cancel_requested=True)
        .returning(jobs.c.number)
    )


def give_up(now: Now, where: sa.ColumnElement[bool], *, counted: bool = True) -> list[sa.Update]:
    """The ends of running jobs whose engine or worker is lost, in the order in which they must be tried: cancelled
    when that was asked for, failed when the attempts are spent."""
    ends = [end(now, sa.and_(where, jobs.c.cancel_requested), error=error_body(Cancelled()))]
    if counted:
        ends.append(end(now, sa.and_(where, jobs.c.attempt >= jobs.c.max_attempts), error=error_body(WorkerLost())))
    return ends


def abandon(worker: str) -> sa.Update:
    """End the leases of a worker that is known to be dead; `overdue` finds its jobs from now on."""
    return sa.update(jobs).where(_running, jobs.c.worker == worker).values(lease_until=0.0).returning(jobs.c.number)


def overdue(now: Now) -> sa.ColumnElement[bool]:
    """Running jobs whose worker fell silent."""
    return sa.and_(_running, jobs.c.lease_until < now)


def late(now: Now) -> sa.ColumnElement[bool]:
    """Queued jobs that did not start in time."""
    return sa.and_(_queued, jobs.c.start_by <= now)


def expire(now: Now) -> sa.Update:
    """End the jobs that did not start in time."""
    return end(now, late(now), error=error_body(StartTimeout()))


def anything_to_reap(now: Now) -> sa.Select[Any]:
    """One row when `overdue` or `late` finds a job; spares the write lock."""
    return sa.select(sa.literal(1)).where(sa.or_(overdue(now), late(now))).limit(1)


def jobs_ahead(priority: int, request_id: str) -> sa.Select[Any]:
    """How many queued jobs run before this one."""
    number = sa.select(jobs.c.number).where(jobs.c.request_id == request_id).scalar_subquery()
    earlier = sa.and_(jobs.c.priority == priority, jobs.c.number < number)
    return sa.select(sa.func.count()).where(_queued, sa.or_(jobs.c.priority < priority, earlier))


def queue_length() -> sa.Select[Any]:
    """How many jobs wait."""
    return sa.select(sa.func.count()).select_from(jobs).where(_queued)


def forget_payloads(numbers: list[int]) -> sa.Delete:
    """Wipe the inputs of these jobs."""
    return sa.delete(job_payloads).where(job_payloads.c.job.in_(numbers))


def prune(now: Now, lifetime_seconds: float) -> sa.Delete:
    """Forget finished jobs whose lifetime is over and that owe no webhook; logs and inputs go with them."""
    own = sa.func.coalesce(jobs.c.result_lifetime_seconds, 0.0)
    lifetime = sa.case((own > lifetime_seconds, own), else_=sa.literal(lifetime_seconds, sa.Double()))
    done = jobs.c.status == JobStatus.DONE.value
    return sa.delete(jobs).where(done, jobs.c.webhook_due_at.is_(None), jobs.c.finished_at < now - lifetime)
