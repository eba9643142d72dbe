"""Waiting until somebody wrote to the database: the doorbells behind `JobStore.wait_for_change`.

A bell only says that something changed, never what. Each asyncio task has its own memory of the last change that it
was told of, so that a change between two waits is not missed: the next wait then returns at once. The first wait of a
task has no such memory and therefore ends early.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

log = logging.getLogger(__name__)

CHANNEL = "vesture"
NOTIFY = sa.text(f"SELECT pg_notify('{CHANNEL}', '')")
"""What a writing transaction on PostgreSQL ends with. Repetitions within one transaction are heard once."""

POLL_SECONDS = 0.01
FIRST_WAIT_SECONDS = 0.1


class SqliteDoorbell:
    """Watches ``PRAGMA data_version``, which any commit of another connection changes; one look takes microseconds."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._bell = _Bell(self._version)

    def _version(self) -> int:
        row = self._connection.execute("PRAGMA data_version").fetchone()
        return int(row[0])

    async def wait(self, timeout_seconds: float) -> None:
        await self._bell.wait(timeout_seconds)

    async def close(self) -> None:
        self._bell.close()
        self._connection.close()


class _Bell:
    """Wakes waiting tasks when `version()` gives another number; looks only while somebody waits."""

    def __init__(self, version: Callable[[], int]) -> None:
        self._version = version
        self._seen: WeakKeyDictionary[asyncio.Task[object], int] = WeakKeyDictionary()
        self._waiting = 0
        self._rung = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None

    async def wait(self, timeout_seconds: float) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("wait_for_change needs a running task")
        version = self._version()
        seen = self._seen.get(task)
        if seen is None:
            timeout_seconds = min(timeout_seconds, FIRST_WAIT_SECONDS)
        elif seen != version:
            self._seen[task] = version
            await asyncio.sleep(0)
            return
        self._waiting += 1
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch(version))
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._rung.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        self._seen[task] = self._version()

    async def _watch(self, version: int) -> None:
        while self._waiting:
            await asyncio.sleep(POLL_SECONDS)
            current = self._version()
            if current != version:
                version = current
                self._rung.set()
                self._rung = asyncio.Event()

    def close(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()


class PostgresDoorbell:
    """Listens to the notifications that `NOTIFY` sends with each writing transaction.

    Holds one connection of the pool. While that is lost it rings every second.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._changes = 0
        self._bell = _Bell(lambda: self._changes)
        self._listener: asyncio.Task[None] | None = None

    async def wait(self, timeout_seconds: float) -> None:
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen_for_ever())
        await self._bell.wait(timeout_seconds)

    async def close(self) -> None:
        self._bell.close()
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait([self._listener])

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception:
                log.warning("The database sends no notifications; trying again", exc_info=True)
            await asyncio.sleep(1.0)
            self._changes += 1

    async def _listen(self) -> None:
        ended = asyncio.Event()
        async with self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                driver.add_termination_listener(lambda _: ended.set())
                await driver.add_listener(CHANNEL, self._ring)
                self._changes += 1  # whatever was written before is news
                await ended.wait()
            finally:
                await connection.invalidate()  # no other user of the pool shall listen

    def _ring(self, *notification: object) -> None:
        self._changes += 1
