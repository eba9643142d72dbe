"""Who is alive, as the workers say it."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa

from vesture.store.database import Database
from vesture.store.schema import workers
from vesture.store.workers import WorkerStore


async def test_workers_are_seen_until_they_go(database: Database) -> None:
    store = WorkerStore(database)
    assert await store.seen_within(60) == []
    await store.seen("host:1", "")
    await store.seen("host:2", "warp")
    await store.seen("host:1", "warp")
    found = await store.seen_within(60)
    assert [(worker.name, worker.engine) for worker in found] == [("host:1", "warp"), ("host:2", "warp")]
    assert found[0].seen_at > found[1].seen_at
    await store.gone("host:1")
    await store.gone("host:1")
    assert [worker.name for worker in await store.seen_within(60)] == ["host:2"]


async def test_silent_workers_are_not_counted_and_forgotten_at_last(database: Database) -> None:
    store = WorkerStore(database)
    await store.seen("host:1", "warp")
    async with database.write() as connection:
        await connection.execute(sa.update(workers).values(seen_at=workers.c.seen_at - 30))
    assert await store.seen_within(20) == []
    assert len(await store.seen_within(60)) == 1
    async with database.write() as connection:
        await connection.execute(sa.update(workers).values(seen_at=workers.c.seen_at - 90_000))
    await store.seen("host:2", "warp")
    assert [worker.name for worker in await store.seen_within(1e9)] == ["host:2"]


async def test_many_workers_may_speak_at_once(database: Database) -> None:
    store = WorkerStore(database)
    await asyncio.gather(*(store.seen(f"host:{number}", "warp") for number in range(20)))
    assert len(await store.seen_within(60)) == 20
