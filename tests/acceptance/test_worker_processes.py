"""Jobs survive what happens to processes: kill -9, crashes, stops, ends."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from house import House

from vesture.core.job import CancelOutcome, JobStatus
from vesture.store.blobs import ObjectBlobStore


def engine_of(start: str) -> int:
    """The process id that a line of the journal names."""
    return int(start.rsplit(" ", 1)[-1])


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_job_gives_its_result_and_its_log(house: House) -> None:
    house.start_worker()
    job = await house.until(await house.submit("steps:2:0.01"), JobStatus.DONE)
    assert job.error is None
    assert job.result is not None
    (image,) = job.result["images"]
    stored = await ObjectBlobStore.open(house.folder / "files").get(image["key"])
    assert stored is not None
    assert stored[1] == b"dressed steps:2:0.01 in shirt"
    assert {name: image[name] for name in ("content_type", "file_size", "width", "height")} == {
        "content_type": "image/png",
        "file_size": len(stored[1]),
        "width": 3,
        "height": 2,
    }
    assert image["file_name"].endswith(".png")
    assert job.metrics["inference_time"] >= 0.02
    lines = [(line.level, line.message) for line in await house.store.log_lines(job.request_id)]
    assert lines[:4] == [
        ("INFO", "Fetching the photos"),
        ("INFO", "Dressing the person"),
        ("INFO", "[1/2] step 1"),
        ("INFO", "[2/2] step 2"),
    ]
    assert lines[4] == ("WARN", "a warning")
    assert lines[5][1].startswith("Finished after")


async def test_the_engine_survives_from_job_to_job(house: House) -> None:
    house.start_worker()
    for script in ("one", "raise", "refuse", "two"):
        await house.until(await house.submit(script), JobStatus.DONE)
    assert len({engine_of(start) for start in house.starts()}) == 1


async def test_errors_reach_the_sender_as_far_as_they_are_meant_to(house: House) -> None:
    house.start_worker()
    refused = await house.until(await house.submit("refuse"), JobStatus.DONE)
    assert refused.error is not None
    assert refused.error.status == 422
    (detail,) = refused.error.body["detail"]
    assert (detail["loc"], detail["msg"], detail["ctx"]) == (["body", "model_image"], "nobody is there", {"found": 0})

    crashed = await house.until(await house.submit("raise"), JobStatus.DONE)
    assert crashed.error is not None
    assert crashed.error.body == {"detail": "Internal Server Error", "error_type": "internal_error"}
    assert "secret of the engine" not in str([await house.store.log_lines(crashed.request_id), crashed])
    assert "secret of the engine" in house.logs()

    wrong = await house.until(await house.submit("one", max_attempts=3), JobStatus.DONE)
    assert (wrong.error, crashed.attempt, refused.attempt) == (None, 1, 1)


async def test_a_killed_workers_job_is_taken_up_and_ends_once(house: House) -> None:
    first = house.start_worker()
    job = await house.submit("steps:20:0.1")
    await house.until_started("steps")
    house.start_worker()
    first.kill()
    done = await house.until(job, JobStatus.DONE)
    assert (done.attempt, done.error) == (2, None)
    assert len(house.starts()) == 2
    assert not is_running(engine_of(house.starts()[0]))
    lines = [line.message for line in await house.store.log_lines(job.request_id)]
    assert lines.count("[20/20] step 20") == 1
    assert "Attempt 2 of 3: the one before was cut off" in lines


async def test_a_killed_engines_job_is_tried_again_by_the_same_worker(house: House) -> None:
    house.start_worker(lease_seconds=1000.0)
    job = await house.submit("steps:20:0.1")
    await house.until_started("steps")
    os.kill(engine_of(house.starts()[0]), signal.SIGKILL)
    done = await house.until(job, JobStatus.DONE)
    assert (done.attempt, done.error) == (2, None)


async def test_the_death_of_an_idle_engine_costs_no_attempt(house: House) -> None:
    house.start_worker(lease_seconds=1000.0)
    await house.until(await house.submit("one"), JobStatus.DONE)
    os.kill(engine_of(house.starts()[0]), signal.SIGKILL)
    while is_running(engine_of(house.starts()[0])):  # noqa: ASYNC110  # the end of another process
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.6)  # the worker looks after its engine whenever it looks into the queue
    done = await house.until(await house.submit("two"), JobStatus.DONE)
    assert (done.error, done.attempt) == (None, 1)


@pytest.mark.parametrize("poison", ["kill", "segfault"])
async def test_a_job_that_kills_its_engine_ends_after_its_attempts(house: House, poison: str) -> None:
    house.start_worker(lease_seconds=1000.0)
    job = await house.until(await house.submit(poison, max_attempts=2), JobStatus.DONE)
    assert job.error is not None
    assert (job.error.status, job.error.error_type) == (503, "runner_disconnected")
    assert len(house.starts(poison)) == 2
    healthy = await house.until(await house.submit("healthy"), JobStatus.DONE)
    assert healthy.error is None


async def test_a_paused_workers_late_result_is_refused(house: House) -> None:
    paused = house.start_worker()
    job = await house.submit("steps:15:0.1")
    await house.until_started("steps")
    paused.send_signal(signal.SIGSTOP)  # its engine goes on and finishes
    house.start_worker()
    second = await house.until(job, JobStatus.DONE, attempt=2)
    paused.send_signal(signal.SIGCONT)
    other = await house.submit("refuse")
    await house.until(other, JobStatus.DONE)
    paused.send_signal(signal.SIGTERM)
    assert paused.wait(timeout=30) == 0
    assert await house.see(job) == second
    assert "the lease is lost" in house.logs()
    assert len([file for file in (house.folder / "files" / "data").rglob("*") if file.is_file()]) == 1


async def test_a_queued_job_is_cancelled(house: House) -> None:
    house.start_worker()
    running = await house.submit("steps:10:0.1")
    waiting = await house.submit("never")
    await house.until(running, JobStatus.RUNNING)
    assert await house.store.request_cancel(waiting.request_id) == CancelOutcome.REQUESTED
    assert (await house.see(waiting)).status == JobStatus.DONE
    await house.until(running, JobStatus.DONE)
    await house.until(await house.submit("after"), JobStatus.DONE)
    assert house.starts("never") == []


async def test_a_running_job_is_cancelled_and_its_engine_goes_on(house: House) -> None:
    house.start_worker(lease_seconds=1000.0)
    job = await house.submit("steps:600:0.1")
    await house.until_started("steps")
    assert await house.store.request_cancel(job.request_id) == CancelOutcome.REQUESTED
    ended = await house.until(job, JobStatus.DONE)
    assert ended.error is not None
    assert (ended.error.status, ended.error.error_type) == (499, "client_cancelled")
    await house.until(await house.submit("after"), JobStatus.DONE)
    assert len({engine_of(start) for start in house.starts()}) == 1


async def test_an_engine_that_does_not_stop_is_killed(house: House) -> None:
    house.start_worker(lease_seconds=1000.0)
    job = await house.submit("sleep:600")
    await house.until_started("sleep")
    await house.store.request_cancel(job.request_id)
    await house.until(await house.submit("after"), JobStatus.DONE)
    before, after = (engine_of(start) for start in house.starts())
    assert before != after
    assert not is_running(before)


async def test_a_job_that_cannot_start_in_time_ends(house: House) -> None:
    house.start_worker()
    running = await house.submit("steps:600:0.1")
    await house.until(running, JobStatus.RUNNING)
    late = await house.until(await house.submit("late", start_timeout_seconds=0.5), JobStatus.DONE)
    assert late.error is not None
    assert (late.error.status, late.error.error_type, late.attempt) == (504, "request_timeout", 0)
    assert house.starts("late") == []


async def test_a_worker_told_to_end_finishes_its_job(house: House) -> None:
    worker = house.start_worker()
    job = await house.submit("steps:10:0.1")
    await house.until_started("steps")
    waiting = await house.submit("waiting")
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    done = await house.see(job)
    assert (done.status, done.error, done.attempt) == (JobStatus.DONE, None, 1)
    assert (await house.see(waiting)).status == JobStatus.QUEUED
    assert not is_running(engine_of(house.starts()[0]))


async def test_a_worker_told_to_end_gives_a_long_job_back(house: House) -> None:
    worker = house.start_worker(drain_seconds=0.2)
    job = await house.submit("steps:600:0.1", max_attempts=1)
    await house.until_started("steps")
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    back = await house.see(job)
    assert (back.status, back.attempt) == (JobStatus.QUEUED, 0)
    assert not is_running(engine_of(house.starts()[0]))
