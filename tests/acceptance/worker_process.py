"""A worker process for the tests: `python worker_process.py DATABASE_URL FOLDER LEASE_SECONDS DRAIN_SECONDS`."""

from __future__ import annotations

import asyncio
import functools
import logging
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from scripted_dresser import ScriptedDresser

from vesture.core.tryon_input import parse_input
from vesture.store.blobs import ObjectBlobStore
from vesture.store.database import Database
from vesture.store.jobs import SqlJobStore
from vesture.worker.engine_process import EngineProcess
from vesture.worker.loop import Chore, Worker, WorkerTimes
from vesture.worker.run_job import Tools


async def fetch(reference: str, field: str) -> bytes:
    return reference.encode()


async def main(url: str, folder: Path, lease_seconds: float, drain_seconds: float) -> None:
    store = SqlJobStore(await Database.open(url), retry_delay_seconds=0.1)
    engine = EngineProcess(functools.partial(ScriptedDresser, folder / "journal"), cancel_grace_seconds=1.0)
    tools = Tools(engine, ObjectBlobStore.open(folder / "files"), parse_input, fetch, lambda reference: None)
    times = WorkerTimes(lease=lease_seconds, heartbeat=lease_seconds / 4, retry=0.1, drain=drain_seconds)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    worker = Worker(store, engine, tools, times=times, chores=[Chore(0.3, store.reap)])
    await worker.run(stop)
    await store.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
