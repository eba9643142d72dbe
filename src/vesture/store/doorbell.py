"""Waiting until somebody wrote to the database: the doorbells behind `JobStore.wait_for_change`.

A bell only says that something changed, never what. Each asyncio task has its own memory of the last change that it
was told of, so that a change between two waits is not missed: the next wait then returns at once. The first wait of a
task has no such memory and therefore ends early.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary

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


class PollingDoorbell:
    """Rings after a fixed time; for databases without a cheap sign of change."""

    def __init__(self, seconds: float = 0.25) -> None:
        self._seconds = seconds

    async def wait(self, timeout_seconds: float) -> None:
        await asyncio.sleep(min(self._seconds, timeout_seconds))

    async def close(self) -> None:
        pass
