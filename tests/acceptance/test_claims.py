"""Many processes claim at once: every job goes to exactly one of them, in order."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from house import House

PROCESSES = 4
JOBS = 120


async def test_every_job_is_claimed_by_exactly_one_process(house: House) -> None:
    jobs = [await house.submit("x") for _ in range(JOBS)]
    script = Path(__file__).parent / "claim_everything.py"
    pipe = asyncio.subprocess.PIPE
    claimers = [
        await asyncio.create_subprocess_exec(sys.executable, script, house.url, f"claimer {n}", stdin=pipe, stdout=pipe)
        for n in range(PROCESSES)
    ]
    for claimer in claimers:
        assert claimer.stdout is not None
        assert await claimer.stdout.readline() == b"ready\n"
    outputs = await asyncio.gather(*(claimer.communicate(b"go\n") for claimer in claimers))
    claimed = [output.decode().split() for output, _ in outputs]
    order = {job.request_id: number for number, job in enumerate(jobs)}
    assert sorted(order[request_id] for ids in claimed for request_id in ids) == list(range(JOBS))
    for ids in claimed:
        numbers = [order[request_id] for request_id in ids]
        assert numbers == sorted(numbers)
    assert {(await house.see(job)).attempt for job in jobs} == {1}
