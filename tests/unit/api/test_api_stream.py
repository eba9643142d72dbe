"""The stream of the app: previews, then the output; what fails early, late, or is left by its reader."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from api_stage import BASE, INPUT, Stage

from vesture.api import fal_stream
from vesture.api.hosts import addresses_for
from vesture.core.job import Claim, JobStatus, NewJob
from vesture.core.wire_errors import error_body
from vesture.errors import GarmentNotFound, WorkerLost

PATH = "/run/fashn/tryon/stream"


async def claim_soon(stage: Stage) -> Claim:
    while (claim := await stage.jobs.claim("test", 30)) is None:  # noqa: ASYNC110 (the queue is what is waited for)
        await asyncio.sleep(0.01)
    return claim


def events_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(block.removeprefix("data: ")) for block in text.split("\n\n") if block.startswith("data: ")]


async def test_previews_come_before_the_output(stage: Stage) -> None:
    job = await stage.jobs.add(NewJob("id", "fashn/tryon", INPUT))
    claim = await stage.claim()
    edge, addresses = stage.app().state.edge, addresses_for(BASE, "http", "tryon.test")
    keys = []
    async with aclosing(fal_stream.job_events(edge, job, addresses)) as stream:
        told = [await anext(stream)]
        for step in (5, 10):
            keys.append(await stage.show(claim, step))
            told.append(await anext(stream))
        keys.append(await stage.dress(claim))
        told += [event async for event in stream]
    events = events_of("".join(told))
    assert [event["images"][0]["url"] for event in events] == [f"{BASE}/files/{key}" for key in keys]
    assert [event.get("step") for event in events] == [5, 10, None]
    assert set(events[-1]) == {"images"}  # the last event is the output, as the result route gives it


@pytest.mark.parametrize("path", [PATH, PATH + "/", "/fashn/tryon/stream"])
async def test_without_previews_the_output_is_the_only_event(
    stage: Stage, client: httpx.AsyncClient, path: str
) -> None:
    answering = asyncio.ensure_future(client.post(path, json=INPUT))
    claim = await claim_soon(stage)
    key = await stage.dress(claim)
    answer = await answering
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-fal-request-id"] == claim.job.request_id
    (event,) = events_of(answer.text)
    assert event["images"][0]["url"] == f"{BASE}/files/{key}"


async def test_an_early_failure_answers_with_its_status(stage: Stage, client: httpx.AsyncClient) -> None:
    answering = asyncio.ensure_future(client.post(PATH, json=INPUT))
    await stage.fail(await claim_soon(stage), error_body(GarmentNotFound("garment_image", "no garment")))
    answer = await answering
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "garment_image"]


async def test_a_late_failure_is_told_and_breaks_the_stream_off(stage: Stage) -> None:
    """Over the application itself: a transport of a client would hide whether the answer was brought to its end."""
    sent: list[dict[str, Any]] = []
    previewed = asyncio.Event()
    body = iter([{"type": "http.request", "body": json.dumps(INPUT).encode(), "more_body": False}])

    async def receive() -> Any:
        message = next(body, None)
        if message is None:
            await asyncio.Event().wait()
        return message

    async def send(message: Any) -> None:
        sent.append(message)
        if b'"step": 5' in message.get("body", b""):
            previewed.set()

    running = asyncio.ensure_future(stage.app()(scope_of(PATH), receive, send))
    claim = await claim_soon(stage)
    await stage.show(claim, 5)
    await asyncio.wait_for(previewed.wait(), 20)
    await stage.fail(claim, error_body(WorkerLost()))
    await running
    events = events_of(b"".join(message.get("body", b"") for message in sent).decode())
    assert [event.get("step") for event in events] == [5, None]
    assert events[-1]["error_type"] == "runner_disconnected"
    assert all(message.get("more_body") for message in sent[1:])  # it never said that this was all


@pytest.mark.parametrize("stays_seconds", [0.0, 0.3])
async def test_a_reader_who_leaves_cancels_the_job(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, stays_seconds: float
) -> None:
    monkeypatch.setattr(fal_stream, "EARLY_SECONDS", 0.1)
    left = asyncio.Event()
    body = iter([{"type": "http.request", "body": json.dumps(INPUT).encode(), "more_body": False}])

    async def receive() -> Any:
        message = next(body, None)
        if message is None:
            await left.wait()
            return {"type": "http.disconnect"}
        return message

    async def send(message: Any) -> None:
        pass

    running = asyncio.ensure_future(stage.app()(scope_of(PATH), receive, send))
    claim = await claim_soon(stage)
    await asyncio.sleep(stays_seconds)
    left.set()
    await running
    async with asyncio.timeout(10):
        while await stage.jobs.heartbeat(claim, 30):  # noqa: ASYNC110 (the store is what is waited for)
            await asyncio.sleep(0.01)
    job = await stage.jobs.get(claim.job.request_id)
    assert job is not None
    assert (job.status, job.cancel_requested) == (JobStatus.RUNNING, True)


async def test_an_unknown_app_has_no_stream(client: httpx.AsyncClient) -> None:
    assert (await client.post("/run/fashn/other/stream", json=INPUT)).status_code == 404


def scope_of(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"spec_version": "2.3"},
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"tryon.test"), (b"content-type", b"application/json")],
        "scheme": "http",
        "server": ("tryon.test", 80),
        "root_path": "",
    }
