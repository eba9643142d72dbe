"""What the queue adds to a job on an idle service: `python -m bench.queue_latency [DATABASE_URL]`.

A worker with an engine that does nothing takes single jobs from an empty queue; printed are the milliseconds from the
submit until the job's end can be read, and the parts of them.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from vesture.core.job import JobStatus, NewJob
from vesture.core.ports import DressedImage, DressedResult
from vesture.core.task import OnStep, TryOnOptions
from vesture.core.tryon_input import parse_input
from vesture.store.blobs import ObjectBlobStore
from vesture.store.database import Database
from vesture.store.jobs import SqlJobStore
from vesture.worker.engine_process import EngineProcess
from vesture.worker.loop import Worker
from vesture.worker.run_job import Tools

JOBS = 50
INPUT = {"model_image": "person", "garment_image": "garment", "category": "tops"}


class IdleDresser:
    """Gives back a fixed picture at once."""

    def __call__(self, person: bytes, garment: bytes, options: TryOnOptions, on_step: OnStep) -> DressedResult:
        return DressedResult((DressedImage(bytes(1_000_000), "image/png", 768, 1376),), (), {})


async def fetch(reference: str, field: str) -> bytes:
    return bytes(1_000_000)


async def measure(url: str, folder: Path) -> None:
    store, worker_store = SqlJobStore(await Database.open(url)), SqlJobStore(await Database.open(url))
    engine = EngineProcess(IdleDresser)
    tools = Tools(engine, ObjectBlobStore.open(folder), parse_input, fetch, lambda reference: None)
    stop = asyncio.Event()
    await engine.ready()
    working = asyncio.create_task(Worker(worker_store, engine, tools).run(stop))
    await one_job(store)
    timings = []
    for _ in range(JOBS):
        await asyncio.sleep(0.1)
        timings.append(await one_job(store))
    stop.set()
    await working
    for name, values in zip(("submitted", "claimed", "ended", "seen"), zip(*timings, strict=True), strict=True):
        print(f"{name:>10} after {percentile(values, 0.5):6.1f} ms (p50) {percentile(values, 0.95):6.1f} ms (p95)")
    await store.close()
    await worker_store.close()


async def one_job(store: SqlJobStore) -> tuple[float, float, float, float]:
    """Milliseconds from before the submit until: submitted, claimed, ended, seen to have ended."""
    began = time.time()
    job = await store.add(NewJob(str(uuid.uuid4()), "fashn/tryon", INPUT))
    submitted = time.time()
    while (found := await store.get(job.request_id, with_payload=False)) is None or found.status != JobStatus.DONE:
        await store.wait_for_change(1.0)
    times = (submitted, found.started_at or 0.0, found.finished_at or 0.0, time.time())
    return tuple(1000 * (moment - began) for moment in times)  # type: ignore[return-value]


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        default = f"sqlite:///{name}/vesture.sqlite3"
        asyncio.run(measure(sys.argv[1] if len(sys.argv) > 1 else default, Path(name) / "files"))
