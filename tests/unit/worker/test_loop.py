"""The worker's loop against a store that fails now and then; what processes do is in tests/acceptance."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from scripted_dresser import BrokenFactory, ScriptedDresser
from sqlalchemy.exc import OperationalError

from vesture.core.job import Claim, Job, JobError, JobStatus, NewJob
from vesture.core.tryon_input import parse_input
from vesture.store.blobs import ObjectBlobStore
from vesture.store.database import Database
from vesture.store.jobs import SqlJobStore
from vesture.worker.engine_process import EngineProcess, EngineUnready
from vesture.worker.loop import Chore, Worker, WorkerTimes
from vesture.worker.run_job import Tools

TIMES = WorkerTimes(lease=20.0, heartbeat=0.2, drain=30.0, retry=0.0)


class FailingStore(SqlJobStore):
    """The real store, whose first call of each of `broken` fails as when the database is away.

    A ``finish`` fails after its work: only the answer is lost.
    """

    def __init__(self, database: Database, *broken: str) -> None:
        super().__init__(database, retry_delay_seconds=0.0)
        self._broken = set(broken)
        self.calls: Counter[str] = Counter()

    def _fail_once(self, name: str) -> None:
        self.calls[name] += 1
        if name in self._broken and self.calls[name] == 1:
            raise OperationalError(name, {}, Exception("the database is away"))

    async def claim(self, worker: str, lease_seconds: float) -> Claim | None:
        self._fail_once("claim")
        return await super().claim(worker, lease_seconds)

    async def heartbeat(self, claim: Claim, lease_seconds: float) -> bool | None:
        self._fail_once("heartbeat")
        return await super().heartbeat(claim, lease_seconds)

    async def log(self, claim: Claim, lines: Sequence[tuple[float, str, str]]) -> bool:
        self._fail_once("log")
        return await super().log(claim, lines)

    async def finish(
        self,
        claim: Claim,
        *,
        result: Mapping[str, Any] | None = None,
        error: JobError | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> bool:
        recorded = await super().finish(claim, result=result, error=error, metrics=metrics)
        self._fail_once("finish")
        return recorded


async def fetch(reference: str, field: str) -> bytes:
    return reference.encode()


async def work_off(tmp_path: Path, script: str, *broken: str, chores: Sequence[Chore] = ()) -> tuple[Job, FailingStore]:
    """Let a worker do one job, then stop it."""
    store = FailingStore(await Database.open(f"sqlite:///{tmp_path}/vesture.sqlite3"), *broken)
    payload = {"model_image": script, "garment_image": "shirt", "category": "tops"}
    await store.add(NewJob("id", "fashn/tryon", payload))
    engine = EngineProcess(functools.partial(ScriptedDresser, tmp_path / "journal"))
    tools = Tools(engine, ObjectBlobStore.open(tmp_path / "files"), parse_input, fetch, lambda reference: None)
    stop = asyncio.Event()
    working = asyncio.create_task(Worker(store, engine, tools, times=TIMES, chores=chores).run(stop))
    async with asyncio.timeout(60):
        while (job := await store.get("id")) is None or job.status != JobStatus.DONE:
            await store.wait_for_change(0.5)
    stop.set()
    await working
    await store.close()
    return job, store


@pytest.mark.parametrize("broken", ["claim", "heartbeat", "log", "finish"])
async def test_a_store_that_is_away_for_a_moment_costs_nothing(tmp_path: Path, broken: str) -> None:
    job, store = await work_off(tmp_path, "steps:10:0.1", broken)
    assert (job.error, job.attempt) == (None, 1)
    assert store.calls[broken] >= 2
    assert job.result is not None
    blobs = ObjectBlobStore.open(tmp_path / "files")
    assert await blobs.get(job.result["images"][0]["key"]) is not None


async def test_chores_are_done_beside_the_jobs_even_when_one_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    done: Counter[str] = Counter()

    async def note() -> None:
        done["note"] += 1

    async def fail() -> None:
        done["fail"] += 1
        raise RuntimeError("broken chore")

    with caplog.at_level(logging.ERROR):
        await work_off(tmp_path, "steps:10:0.1", chores=[Chore(0.05, note), Chore(0.05, fail)])
    assert done["note"] >= 2
    assert done["fail"] >= 2
    assert "broken chore" in caplog.text


async def test_a_worker_without_an_engine_takes_no_job(tmp_path: Path) -> None:
    store = SqlJobStore(await Database.open(f"sqlite:///{tmp_path}/vesture.sqlite3"))
    await store.add(NewJob("id", "fashn/tryon", {}))
    engine = EngineProcess(BrokenFactory())
    tools = Tools(engine, ObjectBlobStore.open(tmp_path / "files"), parse_input, fetch, lambda reference: None)
    with pytest.raises(EngineUnready, match="the model file is missing"):
        await Worker(store, engine, tools).run(asyncio.Event())
    assert await store.queue_length() == 1
    await store.close()


async def test_the_newest_preview_is_stored_while_the_job_runs(tmp_path: Path) -> None:
    store = SqlJobStore(await Database.open(f"sqlite:///{tmp_path}/vesture.sqlite3"))
    payload = {"model_image": "previews:40:0.05", "garment_image": "shirt", "category": "tops"}
    await store.add(NewJob("id", "fashn/tryon", payload))
    blobs = ObjectBlobStore.open(tmp_path / "files")
    engine = EngineProcess(functools.partial(ScriptedDresser, tmp_path / "journal"))
    tools = Tools(engine, blobs, parse_input, fetch, lambda reference: None)
    stop = asyncio.Event()
    working = asyncio.create_task(Worker(store, engine, tools, times=TIMES).run(stop))
    seen: dict[int, bytes] = {}
    async with asyncio.timeout(60):
        while (job := await store.get("id")) is None or job.status != JobStatus.DONE:
            if job is not None and job.preview is not None:
                found = await blobs.get(job.preview["images"][0]["key"])
                assert found is not None
                seen[job.preview["step"]] = found[1]
            await store.wait_for_change(0.5)
    stop.set()
    await working
    await store.close()
    assert len(seen) >= 3
    assert list(seen) == sorted(seen)
    assert all(data == f"preview {step}".encode() for step, data in seen.items())
    assert engine.engine == "scripted"
