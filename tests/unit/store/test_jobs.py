"""The contract of the job store, on the database of conftest.py."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from vesture.core.job import CancelOutcome, Claim, Job, JobStatus, NewJob, Priority
from vesture.core.wire_errors import error_body
from vesture.errors import ImageTooSmall
from vesture.store.database import Database
from vesture.store.jobs import SqlJobStore
from vesture.store.schema import job_logs, job_payloads

RESULT = {"images": [{"key": "k", "width": 3}]}
_numbers = count()


def new_job(**fields: Any) -> NewJob:
    return NewJob(f"request-{next(_numbers)}", "fashn/tryon", {"category": "tops"}, **fields)


async def claim(store: SqlJobStore, lease_seconds: float = 30.0) -> Claim:
    claim = await store.claim("worker", lease_seconds)
    assert claim is not None
    return claim


async def get(store: SqlJobStore, job: Job) -> Job:
    found = await store.get(job.request_id, with_payload=False)
    assert found is not None
    assert found.payload == {}
    return found


async def test_a_job_comes_back_as_it_was_added(store: SqlJobStore) -> None:
    sent = new_job(owner="key", priority=Priority.LOW, webhook_url="https://shop/hook", result_lifetime_seconds=60.0)
    await store.add(sent)
    job = await store.get(sent.request_id)
    assert job is not None
    assert (job.request_id, job.endpoint, job.payload, job.owner, job.priority, job.webhook_url) == (
        sent.request_id,
        "fashn/tryon",
        {"category": "tops"},
        "key",
        Priority.LOW,
        "https://shop/hook",
    )
    assert (job.status, job.attempt, job.result, job.error, job.cancel_requested) == (
        JobStatus.QUEUED,
        0,
        None,
        None,
        False,
    )
    assert await store.get("unknown") is None


async def test_jobs_are_claimed_by_priority_then_in_order(store: SqlJobStore) -> None:
    first_low = await store.add(new_job(priority=Priority.LOW))
    normal = [await store.add(new_job()) for _ in range(3)]
    last_low = await store.add(new_job(priority=Priority.LOW))
    expected = [*normal, first_low, last_low]
    assert [await store.position(job) for job in expected] == [0, 1, 2, 3, 4]
    assert await store.queue_length() == 5
    assert [(await claim(store)).job.request_id for _ in expected] == [job.request_id for job in expected]
    assert await store.claim("worker", 30) is None
    assert await store.queue_length() == 0


async def test_a_claim_counts_the_attempt_and_brings_the_payload(store: SqlJobStore) -> None:
    await store.add(new_job())
    held = await claim(store)
    assert (held.job.status, held.job.attempt, held.job.payload) == (JobStatus.RUNNING, 1, {"category": "tops"})
    assert held.job.started_at is not None


async def test_a_result_is_recorded_once(store: SqlJobStore) -> None:
    job = await store.add(new_job())
    held = await claim(store)
    assert await store.finish(held, result=RESULT, metrics={"inference_time": 1.5})
    assert await store.finish(held, result={"images": []})  # a repetition: heard, without effect
    done = await get(store, job)
    assert (done.status, done.result, done.metrics, done.error) == (
        JobStatus.DONE,
        RESULT,
        {"inference_time": 1.5},
        None,
    )
    assert done.finished_at is not None


async def test_an_error_is_recorded(store: SqlJobStore) -> None:
    job = await store.add(new_job())
    error = error_body(ImageTooSmall("model_image", "too small", {"min_width": 64}))
    assert await store.finish(await claim(store), error=error)
    assert (await get(store, job)).error == error


async def test_a_finish_needs_exactly_one_outcome(store: SqlJobStore) -> None:
    await store.add(new_job())
    held = await claim(store)
    with pytest.raises(ValueError, match="result or with an error"):
        await store.finish(held)


async def test_a_lost_lease_is_taken_up_and_the_first_worker_is_refused(store: SqlJobStore) -> None:
    job = await store.add(new_job())
    zombie = await claim(store, lease_seconds=-1.0)
    assert await store.reap() == 1
    second = await claim(store)
    assert second.job.attempt == 2
    assert await store.heartbeat(zombie, 30.0) is None
    assert not await store.log(zombie, [(0.0, "INFO", "late")])
    assert not await store.finish(zombie, result={"images": []})
    assert not await store.release(zombie)
    assert await store.finish(second, result=RESULT)
    assert not await store.finish(zombie, result={"images": []})
    assert (await get(store, job)).result == RESULT


async def test_a_renewed_lease_is_not_reaped(store: SqlJobStore) -> None:
    await store.add(new_job())
    held = await claim(store, lease_seconds=-1.0)
    assert await store.heartbeat(held, 30.0) is True
    assert await store.reap() == 0


async def test_the_jobs_of_a_dead_worker_are_taken_up_at_once(store: SqlJobStore) -> None:
    for worker in ("dead", "alive"):
        await store.add(new_job())
        await store.claim(worker, 1000.0)
    assert await store.reap() == 0
    assert await store.abandon("dead") == 1
    assert await store.reap() == 1
    assert (await claim(store)).job.attempt == 2
    assert await store.claim("worker", 30.0) is None


async def test_attempts_are_bounded(store: SqlJobStore) -> None:
    job = await store.add(new_job(max_attempts=2))
    for _ in range(2):
        await claim(store, lease_seconds=-1.0)
        await store.reap()
    ended = await get(store, job)
    assert (ended.status, ended.attempt) == (JobStatus.DONE, 2)
    assert ended.error is not None
    assert (ended.error.status, ended.error.error_type) == (503, "runner_disconnected")


async def test_a_requeued_job_waits_before_its_next_attempt(database: Database) -> None:
    store = SqlJobStore(database, retry_delay_seconds=1000.0)
    await store.add(new_job())
    await claim(store, lease_seconds=-1.0)
    await store.reap()
    assert await store.queue_length() == 1
    assert await store.claim("worker", 30) is None


async def test_a_released_job_runs_again_and_its_attempt_counts(store: SqlJobStore) -> None:
    job = await store.add(new_job(max_attempts=2))
    assert await store.release(await claim(store))
    assert await store.release(await claim(store))
    assert (await get(store, job)).status == JobStatus.DONE


async def test_an_uncounted_release_takes_the_attempt_back(store: SqlJobStore) -> None:
    job = await store.add(new_job(max_attempts=1))
    assert await store.release(await claim(store), counted=False)
    again = await get(store, job)
    assert (again.status, again.attempt) == (JobStatus.QUEUED, 0)


async def test_a_release_may_ask_for_a_delay(store: SqlJobStore) -> None:
    await store.add(new_job())
    await store.release(await claim(store), retry_after_seconds=1000.0)
    assert await store.claim("worker", 30) is None


async def test_a_queued_job_is_cancelled_at_once(store: SqlJobStore) -> None:
    job = await store.add(new_job())
    assert await store.request_cancel(job.request_id) == CancelOutcome.REQUESTED
    ended = await get(store, job)
    assert ended.status == JobStatus.DONE
    assert ended.error is not None
    assert ended.error.status == 499
    assert await store.request_cancel(job.request_id) == CancelOutcome.ALREADY_COMPLETED
    assert await store.request_cancel("unknown") == CancelOutcome.NOT_FOUND
    assert await store.claim("worker", 30) is None


async def test_the_worker_of_a_running_job_hears_of_the_cancel(store: SqlJobStore) -> None:
    job = await store.add(new_job())
    held = await claim(store)
    assert await store.heartbeat(held, 30.0) is True
    assert await store.request_cancel(job.request_id) == CancelOutcome.REQUESTED
    assert await store.heartbeat(held, 30.0) is False
    assert (await get(store, job)).cancel_requested


@pytest.mark.parametrize("way", ["release", "reap"])
async def test_a_lost_job_that_was_cancelled_is_not_tried_again(store: SqlJobStore, way: str) -> None:
    job = await store.add(new_job())
    held = await claim(store, lease_seconds=-1.0)
    await store.request_cancel(job.request_id)
    await (store.release(held) if way == "release" else store.reap())
    ended = await get(store, job)
    assert ended.error is not None
    assert ended.error.error_type == "client_cancelled"


async def test_a_job_that_does_not_start_in_time_ends(store: SqlJobStore) -> None:
    late = await store.add(new_job(start_timeout_seconds=-1.0))
    patient = await store.add(new_job(start_timeout_seconds=1000.0))
    assert (await claim(store)).job.request_id == patient.request_id
    assert await store.claim("worker", 30) is None
    assert await store.reap() == 1
    ended = await get(store, late)
    assert ended.error is not None
    assert (ended.error.status, ended.error.error_type) == (504, "request_timeout")
    assert ended.attempt == 0


async def test_log_lines_are_numbered_over_all_attempts(store: SqlJobStore) -> None:
    job = await store.add(new_job())
    held = await claim(store)
    assert await store.log(held, [(1.0, "INFO", "one"), (2.0, "WARN", "two")])
    assert await store.log(held, [])
    await store.release(held)
    await store.log(await claim(store), [(3.0, "INFO", "three")])
    lines = await store.log_lines(job.request_id)
    assert [(line.number, line.timestamp, line.level, line.message) for line in lines] == [
        (1, 1.0, "INFO", "one"),
        (2, 2.0, "WARN", "two"),
        (3, 3.0, "INFO", "three"),
    ]
    assert [line.number for line in await store.log_lines(job.request_id, after=2)] == [3]


async def test_the_payload_is_wiped_at_the_end_when_it_is_not_to_be_kept(store: SqlJobStore) -> None:
    finished = await store.add(new_job(keep_payload=False))
    await store.finish(await claim(store), result=RESULT)
    cancelled = await store.add(new_job(keep_payload=False))
    await store.request_cancel(cancelled.request_id)
    kept = await store.add(new_job())
    await store.finish(await claim(store), result=RESULT)
    payloads = []
    for job in (finished, cancelled, kept):
        found = await store.get(job.request_id)
        assert found is not None
        payloads.append(found.payload)
    assert payloads == [{}, {}, {"category": "tops"}]


async def test_finished_jobs_are_forgotten_after_their_lifetime(store: SqlJobStore, database: Database) -> None:
    short = await store.add(new_job())
    held = await claim(store)
    await store.log(held, [(1.0, "INFO", "x")])
    await store.finish(held, result=RESULT)
    long_lived = await store.add(new_job(result_lifetime_seconds=1000.0))
    await store.finish(await claim(store), result=RESULT)
    waiting = await store.add(new_job())
    owing = await store.add(new_job(webhook_url="https://shop/hook"))
    await store.request_cancel(owing.request_id)
    assert await store.prune(1000.0) == 0
    await asyncio.sleep(0.01)
    assert await store.prune(0.0) == 1
    assert await store.get(short.request_id) is None
    for job in (long_lived, waiting, owing):
        assert await store.get(job.request_id) is not None
    async with database.read() as connection:
        assert (await connection.execute(sa.select(sa.func.count()).select_from(job_logs))).scalar_one() == 0
        assert (await connection.execute(sa.select(sa.func.count()).select_from(job_payloads))).scalar_one() == 3


async def test_the_newest_jobs_are_listed_first(store: SqlJobStore) -> None:
    old, new = await store.add(new_job()), await store.add(new_job())
    assert [job.request_id for job in await store.recent()] == [new.request_id, old.request_id]
    await claim(store)
    assert [job.request_id for job in await store.recent(status=JobStatus.RUNNING)] == [old.request_id]
    assert len(await store.recent(limit=1)) == 1


async def test_writers_who_are_cancelled_leave_a_working_store(store: SqlJobStore) -> None:
    """As when clients hang up: a transaction is whole or not there, and nobody stands in the way afterwards."""
    sent = [new_job() for _ in range(40)]
    adding = [asyncio.create_task(store.add(job)) for job in sent]
    for number, task in enumerate(adding):
        await asyncio.sleep(0.0005 * (number % 5))
        task.cancel()
    ends = await asyncio.gather(*adding, return_exceptions=True)
    for job, end in zip(sent, ends, strict=True):
        found = await store.get(job.request_id)
        if isinstance(end, Job):
            assert found == end
        assert found is None or found.payload == {"category": "tops"}
    async with asyncio.timeout(30):
        last = await store.add(new_job())
        assert await store.position(last) == await store.queue_length() - 1


async def test_a_request_id_is_taken_once(store: SqlJobStore) -> None:
    sent = new_job()
    await store.add(sent)
    with pytest.raises(sa.exc.IntegrityError):
        await store.add(sent)


async def test_a_change_wakes_those_who_wait(store: SqlJobStore, database_url: str) -> None:
    other = SqlJobStore(await Database.open(database_url))
    await store.wait_for_change(0.0)  # the first wait of a task ends early
    adding = asyncio.get_running_loop().call_later(0.1, lambda: asyncio.ensure_future(other.add(new_job())))
    async with asyncio.timeout(30):
        while await store.queue_length() == 0:
            await store.wait_for_change(600.0)
    adding.cancel()
    await other.close()


async def test_a_change_between_two_waits_is_not_missed(store: SqlJobStore) -> None:
    await store.wait_for_change(600.0)
    await store.add(new_job())
    async with asyncio.timeout(30):
        await store.wait_for_change(600.0)


async def test_waiting_ends_with_the_timeout(store: SqlJobStore) -> None:
    await store.wait_for_change(0.01)
    async with asyncio.timeout(30):
        await store.wait_for_change(0.05)


async def test_a_preview_is_shown_while_the_job_runs(store: SqlJobStore) -> None:
    job = await store.add(new_job())
    claimed = await claim(store)
    assert (await get(store, job)).preview is None
    for step in (5, 10):
        assert await store.show_preview(claimed, {"images": [], "step": step})
    assert (await get(store, job)).preview == {"images": [], "step": 10}
    assert await store.finish(claimed, result={"images": []})
    assert (await get(store, job)).preview is None
    assert not await store.show_preview(claimed, {"images": [], "step": 15})


async def test_a_job_that_is_given_back_shows_nothing(store: SqlJobStore) -> None:
    job = await store.add(new_job())
    claimed = await claim(store)
    assert await store.show_preview(claimed, {"images": [], "step": 5})
    assert await store.release(claimed)
    assert (await get(store, job)).preview is None
    assert not await store.show_preview(claimed, {"images": [], "step": 10})
