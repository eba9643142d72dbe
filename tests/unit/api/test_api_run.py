"""The synchronous run: it waits, it fails as the result does, and who hangs up cancels."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from api_stage import BASE, INPUT, LIMITS, Stage

from vesture.api.edge import Limits
from vesture.core.job import Claim, JobStatus
from vesture.core.wire_errors import error_body
from vesture.errors import GarmentNotFound


async def claim_soon(stage: Stage) -> Claim:
    while (claim := await stage.jobs.claim("test", 30)) is None:  # noqa: ASYNC110 (the queue is what is waited for)
        await asyncio.sleep(0.01)
    return claim


@pytest.mark.parametrize("path", ["/run/fashn/tryon", "/run/fashn/tryon/", "/fashn/tryon"])
async def test_a_run_answers_with_the_output(stage: Stage, client: httpx.AsyncClient, path: str) -> None:
    answering = asyncio.ensure_future(client.post(path, json=INPUT))
    claim = await claim_soon(stage)
    key = await stage.dress(claim)
    answer = await answering
    assert answer.status_code == 200
    assert answer.json()["images"][0]["url"] == f"{BASE}/files/{key}"
    assert answer.headers["x-fal-request-id"] == claim.job.request_id


async def test_a_run_fails_with_the_error_of_its_job(stage: Stage, client: httpx.AsyncClient) -> None:
    answering = asyncio.ensure_future(client.post("/run/fashn/tryon", json=INPUT))
    await stage.fail(await claim_soon(stage), error_body(GarmentNotFound("garment_image", "no garment")))
    answer = await answering
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "garment_image"]


async def test_a_run_that_takes_too_long_is_cancelled(stage: Stage) -> None:
    limits = Limits(**{**{name: getattr(LIMITS, name) for name in LIMITS.__slots__}, "sync_timeout_seconds": 0.1})
    async with stage.client(limits=limits) as client:
        answer = await client.post("/run/fashn/tryon", json=INPUT)
    assert (answer.status_code, answer.json()["error_type"]) == (504, "request_timeout")
    assert "x-fal-request-timeout-type" not in answer.headers
    job = await stage.jobs.get(answer.headers["x-fal-request-id"])
    assert job is not None
    assert job.status is JobStatus.DONE


async def test_a_run_whose_start_timeout_passes_says_whose_it_was(stage: Stage, client: httpx.AsyncClient) -> None:
    headers = {"x-fal-request-timeout": "0.1"}
    answering = asyncio.ensure_future(client.post("/run/fashn/tryon", json=INPUT, headers=headers))
    await asyncio.sleep(0.3)
    assert await stage.jobs.reap() == 1
    answer = await answering
    assert answer.status_code == 504
    assert answer.headers["x-fal-request-timeout-type"] == "user"


async def test_a_sender_who_hangs_up_cancels_the_job(stage: Stage) -> None:
    app = stage.app()
    hung_up = asyncio.Event()
    body = iter([{"type": "http.request", "body": b"{}", "more_body": False}])

    async def receive() -> Any:
        message = next(body, None)
        if message is None:
            await hung_up.wait()
            return {"type": "http.disconnect"}
        return message

    async def send(message: Any) -> None:
        pass

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/run/fashn/tryon",
        "raw_path": b"/run/fashn/tryon",
        "query_string": b"",
        "headers": [(b"host", b"tryon.test")],
        "scheme": "http",
        "server": ("tryon.test", 80),
        "root_path": "",
    }
    running = asyncio.ensure_future(app(scope, receive, send))
    claim = await claim_soon(stage)
    hung_up.set()
    await running
    assert await stage.jobs.heartbeat(claim, 30) is False
