"""Worker processes are kept running, and stopped with their parent."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from vesture.worker.watch import WatchTimes, until_parent_ends, watched_workers, worker_command

TIMES = WatchTimes(first_restart=0.05, longest_restart=0.1, healthy=60.0, stop=1.0)

NOTE_AND_SLEEP = """
import os, signal, sys, time
if "deaf" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), file=open(sys.argv[1], "a"), flush=True)
while True: time.sleep(0.1)
"""


def pids(journal: Path) -> list[int]:
    return [int(line) for line in journal.read_text().split()] if journal.exists() else []


async def until_noted(journal: Path, count: int) -> list[int]:
    async with asyncio.timeout(60):
        while len(pids(journal)) < count:  # noqa: ASYNC110  # another process writes the journal
            await asyncio.sleep(0.02)
    return pids(journal)


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_worker_that_ends_is_started_again_and_all_are_stopped(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    ended: list[int] = []

    async def note_end(pid: int) -> None:
        ended.append(pid)
        raise RuntimeError("nobody listens")

    async with watched_workers([sys.executable, "-c", NOTE_AND_SLEEP, str(journal)], 2, TIMES, note_end):
        first, second = await until_noted(journal, 2)
        os.kill(first, signal.SIGKILL)
        third = (await until_noted(journal, 3))[2]
        assert is_running(second)
        assert is_running(third)
        assert ended == [first]
    assert not any(is_running(pid) for pid in pids(journal))


async def test_a_worker_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    async with watched_workers([sys.executable, "-c", NOTE_AND_SLEEP, str(journal), "deaf"], 1, TIMES):
        (deaf,) = await until_noted(journal, 1)
    assert not is_running(deaf)


async def test_a_worker_hears_that_its_parent_is_gone() -> None:
    """A parent starts this as its child and ends; the child then prints that it noticed."""
    child = "import asyncio, sys; from vesture.worker.watch import until_parent_ends as wait; "
    child += "asyncio.run(wait(int(sys.argv[1]), 0.02)); print('alone')"
    parent = f"import os, subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}, str(os.getpid())])"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", parent, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    assert output.strip() == b"alone"


async def test_a_living_parent_is_waited_for() -> None:
    waiting = asyncio.create_task(until_parent_ends(os.getppid(), 0.01))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    waiting.cancel()


def test_the_command_names_its_parent() -> None:
    assert worker_command("--data", "/data")[1:] == [
        "-m",
        "vesture",
        "worker",
        "--parent",
        str(os.getpid()),
        "--data",
        "/data",
    ]
