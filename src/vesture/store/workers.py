"""Which workers are alive: each says so now and then.

Takes: an open `Database`, names of workers. Gives: who was seen lately. Knows nothing about processes.
"""

from __future__ import annotations

import sqlalchemy as sa

from vesture.core.ports import SeenWorker
from vesture.store.database import Database
from vesture.store.schema import workers
from vesture.store.transactions import whole

FORGOTTEN_SECONDS = 86_400.0
"""After this silence a worker that never took its leave is forgotten."""


class WorkerStore:
    """The workers that share a database, opened and closed by the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @whole
    async def seen(self, name: str, engine: str) -> None:
        """The worker `name` is alive; `engine` is the name of its engine, empty while that is built."""
        now = self._database.now()
        async with self._database.write() as connection:
            await connection.execute(sa.delete(workers).where(workers.c.seen_at < now - FORGOTTEN_SECONDS))
            update = sa.update(workers).where(workers.c.name == name).values(engine=engine, seen_at=now)
            if not (await connection.execute(update.returning(workers.c.name))).first():
                await connection.execute(sa.insert(workers).values(name=name, engine=engine, seen_at=now))

    @whole
    async def gone(self, name: str) -> None:
        """The worker `name` has ended."""
        async with self._database.write() as connection:
            await connection.execute(sa.delete(workers).where(workers.c.name == name))

    @whole
    async def seen_within(self, seconds: float) -> list[SeenWorker]:
        """The workers that were seen in the last `seconds`, the latest first."""
        now = self._database.now()
        select = (
            sa.select(workers.c.name, workers.c.engine, workers.c.seen_at)
            .where(workers.c.seen_at >= now - seconds)
            .order_by(workers.c.seen_at.desc())
        )
        async with self._database.read() as connection:
            return [SeenWorker(*row) for row in await connection.execute(select)]
