"""Starts worker processes and keeps them running: what `vesture serve` does with its workers.

Takes: a command and a number. A worker that ends is started again, later and later while it keeps ending soon. On
the way out all get SIGTERM, so that they can finish or give back their jobs, and are killed when that takes too long.

The other end is `until_parent_ends`: a worker that was started here stops when its parent is gone, however that ended.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatchTimes:
    """Seconds. A restart waits `first_restart`, doubled each time up to `longest_restart`, until a process has lived
    for `healthy`; after SIGTERM a process has `stop` to end."""

    first_restart: float = 0.5
    longest_restart: float = 30.0
    healthy: float = 60.0
    stop: float = 75.0


def worker_command(*arguments: str) -> list[str]:
    """The command of a worker process that ends with this one; `arguments` follow ``vesture worker``."""
    return [sys.executable, "-m", "vesture", "worker", "--parent", str(os.getpid()), *arguments]


OnEnd = Callable[[int], Awaitable[object]]
"""Called with the id of a worker process that ended by itself: nothing of it is running any more."""


@asynccontextmanager
async def watched_workers(
    command: Sequence[str], count: int, times: WatchTimes | None = None, on_end: OnEnd | None = None
) -> AsyncIterator[None]:
    """Keep `count` processes of `command` running while the block runs."""
    times = times or WatchTimes()
    watches = [asyncio.create_task(_keep_running(command, number, times, on_end)) for number in range(1, count + 1)]
    try:
        yield
    finally:
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)


async def until_parent_ends(parent: int, every_seconds: float = 1.0) -> None:
    """Return when the process `parent` is not the parent of this one any more."""
    while os.getppid() == parent:  # noqa: ASYNC110  # there is no event for it
        await asyncio.sleep(every_seconds)


async def _keep_running(command: Sequence[str], number: int, times: WatchTimes, on_end: OnEnd | None) -> None:
    loop = asyncio.get_running_loop()
    delay = times.first_restart
    while True:
        began = loop.time()
        pid, code = await _run_once(command, times.stop)
        if loop.time() - began >= times.healthy:
            delay = times.first_restart
        log.error("Worker %d ended with code %s; it is started again in %.1f s", number, code, delay)
        if on_end is not None:
            try:
                await on_end(pid)
            except Exception:
                log.exception("The end of worker %d cannot be told", number)
        await asyncio.sleep(delay)
        delay = min(2 * delay, times.longest_restart)


async def _run_once(command: Sequence[str], stop_seconds: float) -> tuple[int, int]:
    """Process id and exit code."""
    # In a session of its own: Ctrl-C is for the parent, which then stops its workers in order.
    process = await asyncio.create_subprocess_exec(*command, start_new_session=True)
    try:
        return process.pid, await process.wait()
    finally:
        if process.returncode is None:
            await asyncio.shield(_stop(process, stop_seconds))


async def _stop(process: asyncio.subprocess.Process, stop_seconds: float) -> None:
    process.terminate()
    try:
        async with asyncio.timeout(stop_seconds):
            await process.wait()
    except TimeoutError:
        log.warning("A worker did not end in time; it is killed")
        process.kill()
        await process.wait()
