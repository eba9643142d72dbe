"""Real worker processes on one database, to be killed, stopped and told to end."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from vesture.core.job import Job, JobStatus, NewJob
from vesture.store.jobs import SqlJobStore

PATIENCE_SECONDS = 60.0


class House:
    """A database, a folder of files, and worker processes."""

    def __init__(self, folder: Path, store: SqlJobStore, url: str) -> None:
        self.folder = folder
        self.store = store
        self.url = url
        self._workers: list[subprocess.Popen[bytes]] = []

    def start_worker(self, *, lease_seconds: float = 2.0, drain_seconds: float = 30.0) -> subprocess.Popen[bytes]:
        script = Path(__file__).parent / "worker_process.py"
        log = (self.folder / f"worker{len(self._workers)}.log").open("wb")
        worker = subprocess.Popen(
            [sys.executable, script, self.url, self.folder, str(lease_seconds), str(drain_seconds)], stderr=log
        )
        self._workers.append(worker)
        return worker

    async def submit(self, script: str, **fields: Any) -> Job:
        payload = {"model_image": script, "garment_image": "shirt", "category": "tops"}
        return await self.store.add(NewJob(str(uuid.uuid4()), "fashn/tryon", payload, **fields))

    async def see(self, job: Job) -> Job:
        found = await self.store.get(job.request_id)
        assert found is not None
        return found

    async def until(self, job: Job, status: JobStatus, attempt: int = 0) -> Job:
        """The job when it has this status, in this attempt or a later one."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = await self.see(job)
                if found.status == status and found.attempt >= attempt:
                    return found
                await asyncio.sleep(0.02)

    async def until_started(self, text: str, times: int = 1) -> None:
        """Wait until engines have started a script that contains `text`, so many times."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.starts(text)) < times:  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # another process writes the journal

    def starts(self, text: str = "") -> list[str]:
        journal = self.folder / "journal"
        return [line for line in journal.read_text().splitlines() if text in line] if journal.exists() else []

    def logs(self) -> str:
        return "".join(file.read_text() for file in sorted(self.folder.glob("worker*.log")))

    def stop(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()
