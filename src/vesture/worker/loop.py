"""The life of a worker process: claim a job, keep its lease, run it, record how it ended; and a few chores.

Takes: a store, an engine process, the tools of `run_job`. Gives nothing; whatever happens is in the store. Knows
nothing about HTTP or engines.

Promises:
* A job is never held without a running heartbeat, and nothing is recorded after the lease was lost.
* Every claim ends with exactly one of: finish, release, or silence (lease lost, or this process killed).
* `run` returns soon after `stop` is set: the running job may finish within the drain time, else it is given back.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from vesture.core.job import Claim
from vesture.core.ports import JobStore
from vesture.core.wire_errors import error_body
from vesture.errors import Cancelled, InternalError, VestureError
from vesture.worker.engine_process import EngineLost, EngineProcess
from vesture.worker.job_log import JobLog
from vesture.worker.job_preview import JobPreview
from vesture.worker.run_job import Outcome, Tools, forget_result, run_job

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerTimes:
    """Time limits and intervals of a worker, in seconds."""

    lease: float = 30.0
    heartbeat: float = 5.0
    idle: float = 0.5  # longest sleep between two looks into the queue
    log_batch: float = 0.15
    retry: float = 1.0  # a job whose engine died waits this long, times its attempts so far
    drain: float = 60.0  # what the running job gets when the worker is told to stop


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that any worker may do now and then, beside the jobs."""

    every_seconds: float
    do: Callable[[], Awaitable[object]]
    at_once: bool = False


class Verdict(Enum):
    """Why a job is stopped before its end."""

    CANCELLED = auto()
    LEASE_LOST = auto()
    DRAINED = auto()


def worker_name(pid: int) -> str:
    """How the worker process `pid` of this host is called in the records."""
    return f"{socket.gethostname()}:{pid}"


class Worker:
    """Runs one job at a time.

    Args:
        chores: carried out at random times around their interval.
        name: of this worker in the records; by default `worker_name` of this process.
    """

    def __init__(
        self,
        store: JobStore,
        engine: EngineProcess,
        tools: Tools,
        *,
        times: WorkerTimes | None = None,
        chores: Sequence[Chore] = (),
        name: str | None = None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._tools = tools
        self._times = times or WorkerTimes()
        self._chores = chores
        self._name = name or worker_name(os.getpid())

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set.

        Raises:
            EngineUnready: the engine cannot be built; no job was harmed.
        """
        chores = [asyncio.create_task(_repeat(chore)) for chore in self._chores]
        try:
            while not stop.is_set():
                claim = await self._next_claim(stop)
                if claim is not None:
                    await self._work(claim, stop)
        finally:
            for task in chores:
                task.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await self._engine.close()

    async def _next_claim(self, stop: asyncio.Event) -> Claim | None:
        while not stop.is_set():
            await self._engine.ready()
            try:
                claim = await self._store.claim(self._name, self._times.lease)
                if claim is not None:
                    return claim
                await self._store.wait_for_change(self._times.idle)
            except Exception:
                log.exception("The job store does not answer; trying again")
                await asyncio.sleep(1.0)
        return None

    async def _work(self, claim: Claim, stop: asyncio.Event) -> None:
        job = claim.job
        log.info("Job %s, attempt %d of %d", job.request_id, job.attempt, job.max_attempts)
        job_log = JobLog(self._store, claim, self._times.log_batch)
        if job.attempt > 1:
            job_log.write("WARN", f"Attempt {job.attempt} of {job.max_attempts}: the one before was cut off")
        preview = JobPreview(self._store, self._tools.blobs, claim)
        running = asyncio.create_task(run_job(job, self._tools, job_log.write, preview.show))
        watching = asyncio.create_task(self._watch(claim))
        draining = asyncio.create_task(self._drain(stop))
        await asyncio.wait({running, watching, draining}, return_when=asyncio.FIRST_COMPLETED)
        verdict = None
        if not running.done():
            verdict = watching.result() if watching.done() else draining.result()
            running.cancel()
        await asyncio.wait({running})
        await preview.close()
        await job_log.flush()
        await self._end(claim, running, verdict)
        for task in (watching, draining):  # the lease is kept until the end is recorded
            task.cancel()
        await asyncio.wait({watching, draining})

    async def _end(self, claim: Claim, running: asyncio.Task[Outcome], verdict: Verdict | None) -> None:
        outcome = None if running.cancelled() or running.exception() is not None else running.result()
        if verdict is Verdict.LEASE_LOST:
            recorded = False
        elif outcome is not None:
            recorded = await self._insist(
                lambda: self._store.finish(claim, result=outcome.result, metrics=outcome.metrics)
            )
        elif verdict is Verdict.DRAINED:
            recorded = await self._insist(lambda: self._store.release(claim, counted=False))
        else:
            recorded = await self._end_with_error(claim, Cancelled() if running.cancelled() else running.exception())
        if not recorded:
            log.warning("Job %s: the lease is lost, its outcome is dropped", claim.job.request_id)
            if outcome is not None:
                await forget_result(outcome.result, self._tools.blobs)

    async def _end_with_error(self, claim: Claim, error: BaseException | None) -> bool:
        request_id = claim.job.request_id
        if isinstance(error, EngineLost):
            log.error("Job %s: %s", request_id, error)
            delay = self._times.retry * claim.job.attempt
            return await self._insist(lambda: self._store.release(claim, retry_after_seconds=delay))
        if not isinstance(error, VestureError):
            log.error("Job %s failed", request_id, exc_info=error)
            error = InternalError()
        body = error_body(error)
        log.info("Job %s ends with %d %s", request_id, body.status, body.error_type)
        return await self._insist(lambda: self._store.finish(claim, error=body))

    async def _watch(self, claim: Claim) -> Verdict:
        """Renew the lease and listen for a wish to cancel, until one of them ends the job."""
        renewed = time.monotonic()
        while True:
            try:
                await self._store.wait_for_change(self._times.heartbeat / 2)
                if time.monotonic() - renewed >= self._times.heartbeat / 2:
                    go_on = await self._store.heartbeat(claim, self._times.lease)
                    renewed = time.monotonic()
                    if go_on is None:
                        return Verdict.LEASE_LOST
                    if not go_on:
                        return Verdict.CANCELLED
                elif await self._is_cancelled(claim):
                    return Verdict.CANCELLED
            except Exception:
                log.exception("The lease of %s cannot be renewed; trying again", claim.job.request_id)
                if time.monotonic() - renewed > self._times.lease:
                    return Verdict.LEASE_LOST
                await asyncio.sleep(0.5)
            await asyncio.sleep(0.05)  # log lines ring the bell as well

    async def _is_cancelled(self, claim: Claim) -> bool:
        job = await self._store.get(claim.job.request_id, with_payload=False)
        return job is not None and job.cancel_requested

    async def _drain(self, stop: asyncio.Event) -> Verdict:
        await stop.wait()
        await asyncio.sleep(self._times.drain)
        return Verdict.DRAINED

    async def _insist(self, record: Callable[[], Awaitable[bool]]) -> bool:
        """Record an end though the store may be away for a moment; after a lease's time it is too late."""
        give_up_at = time.monotonic() + self._times.lease
        while True:
            try:
                return await record()
            except Exception:
                if time.monotonic() > give_up_at:
                    log.exception("The end of a job cannot be recorded")
                    return False
                log.warning("The end of a job cannot be recorded; trying again", exc_info=True)
                await asyncio.sleep(0.5)


async def _repeat(chore: Chore) -> None:
    first = chore.at_once
    while True:
        if not first:
            await asyncio.sleep(chore.every_seconds * random.uniform(0.7, 1.3))  # noqa: S311  # spreads the workers
        first = False
        try:
            await chore.do()
        except Exception:
            log.exception("A chore failed; it is tried again later")
