"""Webhooks that are owed: part of the rows of `jobs`, so that they are as durable as the outcome they tell of.

Takes: an open `Database`. Gives: deliveries to try. Whoever takes one has it to himself for a while; when nothing is
heard of it, somebody else tries again: delivery is at least once.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from vesture.core.job import Job
from vesture.store.database import Database
from vesture.store.jobs import job_of_row
from vesture.store.schema import jobs
from vesture.store.transactions import whole


@dataclass(frozen=True, slots=True)
class Delivery:
    """A finished job whose webhook is to be tried for the `tries`-th time."""

    job: Job
    tries: int


class DeliveryStore:
    """The webhooks that are owed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @whole
    async def take(self, hold_seconds: float) -> Delivery | None:
        """The delivery that is due longest, not due again before `hold_seconds`; None when none is due."""
        if not await self._any_due():
            return None
        async with self._database.write() as connection:
            now = self._database.now()
            longest_due = (
                sa.select(jobs.c.number)
                .where(jobs.c.webhook_due_at <= now)
                .order_by(jobs.c.webhook_due_at, jobs.c.number)
                .limit(1)
                .with_for_update(skip_locked=True)
                .scalar_subquery()
            )
            take = (
                sa.update(jobs)
                .where(jobs.c.number == longest_due)
                .values(webhook_due_at=now + hold_seconds, webhook_tries=jobs.c.webhook_tries + 1)
                .returning(*jobs.c)
            )
            row = (await connection.execute(take)).one_or_none()
        return None if row is None else Delivery(job_of_row(row, {}), row.webhook_tries)

    @whole
    async def settle(self, delivery: Delivery, retry_after_seconds: float | None = None) -> None:
        """Record how a try went: over (None), or to be tried again. Ignored when somebody else has taken it since."""
        due_at = None if retry_after_seconds is None else self._database.now() + retry_after_seconds
        taken = sa.and_(jobs.c.request_id == delivery.job.request_id, jobs.c.webhook_tries == delivery.tries)
        async with self._database.write() as connection:
            await connection.execute(sa.update(jobs).where(taken).values(webhook_due_at=due_at))

    async def _any_due(self) -> bool:
        select = sa.select(jobs.c.number).where(jobs.c.webhook_due_at <= self._database.now()).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(select)).first() is not None
