"""The log of a running job, written in batches: one transaction for many lines.

Takes: lines at any rate. Writes them to the store a moment later, all in order, until the lease is lost.
"""

from __future__ import annotations

import asyncio
import logging
import time

from vesture.core.job import Claim
from vesture.core.ports import JobStore

log = logging.getLogger(__name__)


class JobLog:
    """Collects the lines of one claim.

    Args:
        batch_seconds: how long the first line of a batch waits for others.
    """

    def __init__(self, store: JobStore, claim: Claim, batch_seconds: float) -> None:
        self._store = store
        self._claim = claim
        self._batch_seconds = batch_seconds
        self._lines: list[tuple[float, str, str]] = []
        self._writer: asyncio.Task[None] | None = None

    def write(self, level: str, message: str) -> None:
        """Add a line, to be written soon."""
        self._lines.append((time.time(), level, message))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_soon())

    async def flush(self) -> None:
        """Write what is there; must be called before the job's end is recorded, which closes its log."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait([self._writer])
        await self._write()

    async def _write_soon(self) -> None:
        await asyncio.sleep(self._batch_seconds)
        while self._lines:
            await asyncio.shield(self._write())

    async def _write(self) -> None:
        lines, self._lines = self._lines, []
        try:
            await self._store.log(self._claim, lines)
        except Exception:  # a log line is not worth a job
            log.exception("Lines of the log of %s are lost", self._claim.job.request_id)
