"""Waiting for a job to change, without polling hard and without missing a change."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from vesture.core.ports import JobStore

PATIENCE_SECONDS = 1.0
"""A change that nobody rang the bell for is seen after this time."""


async def ticks(jobs: JobStore, patience_seconds: float = PATIENCE_SECONDS) -> AsyncGenerator[None]:
    """Yield at once, then after every change of any job, at the latest after `patience_seconds`.

    Must be consumed by one task: the bell remembers for each task which change it was last told of.
    """
    while True:
        yield
        await jobs.wait_for_change(patience_seconds)
