"""What comes of a submitted request: logs, stream, result, failures, cancel."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from api_stage import BASE, Stage, Submit

from vesture.api import fal_queue
from vesture.api.hosts import addresses_for
from vesture.core.wire_errors import error_body
from vesture.errors import PersonNotFound, StartTimeout, WorkerLost

UNKNOWN = "/queue/fashn/tryon/requests/764cabcf-b745-4b3e-ae38-1200304cf45b"


@pytest.mark.parametrize(
    ("flag", "wanted"), [("1", True), ("true", True), ("0", False), ("false", False), (None, False)]
)
async def test_logs_come_when_they_are_asked_for(
    stage: Stage, client: httpx.AsyncClient, submit: Submit, flag: str | None, wanted: bool
) -> None:
    body = await submit()
    claim = await stage.claim()
    await stage.log(claim, "one", "two")
    answer = await client.get(body["status_url"], params={} if flag is None else {"logs": flag})
    assert answer.status_code == 202
    status = answer.json()
    assert status["status"] == "IN_PROGRESS"
    assert (status["logs"] is not None) == wanted
    if wanted:
        assert [line["message"] for line in status["logs"]] == ["one", "two"]
        assert status["logs"][0]["timestamp"] == "2023-11-14T22:13:20.250000"
        assert status["logs"][0]["level"] == "INFO"


async def test_polled_logs_are_the_whole_log(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit()
    claim = await stage.claim()
    counts = []
    for message in ("one", "two", "three"):
        await stage.log(claim, message)
        counts.append(len((await client.get(body["status_url"], params={"logs": 1})).json()["logs"]))
    await stage.dress(claim)
    last = (await client.get(body["status_url"], params={"logs": 1})).json()
    assert counts == [1, 2, 3]
    assert len(last["logs"]) == 3
    assert last["metrics"] == {"inference_time": 1.5}


async def test_the_result_is_the_bare_output(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit()
    key = await stage.dress(await stage.claim())
    image = {
        "url": f"{BASE}/files/{key}",
        "content_type": "image/png",
        "file_name": "tryon.png",
        "file_size": 9,
        "width": 3,
        "height": 4,
    }
    for suffix in ("", "/", "/response"):
        answer = await client.get(body["response_url"] + suffix)
        assert (answer.status_code, answer.json()) == (200, {"images": [image]})
        assert answer.headers["x-fal-request-id"] == body["request_id"]
    assert (await client.get(image["url"])).content == b"a picture"


async def test_a_result_before_the_end_is_refused(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit()
    queued = await client.get(body["response_url"])
    await stage.claim()
    running = await client.get(body["response_url"])
    for answer in (queued, running):
        assert (answer.status_code, answer.json()) == (400, {"detail": "Request is still in progress"})


async def test_a_failure_of_the_input_answers_with_its_field(
    stage: Stage, client: httpx.AsyncClient, submit: Submit
) -> None:
    body = await submit()
    await stage.fail(await stage.claim(), error_body(PersonNotFound("model_image", "nobody is in the photo")))
    status = (await client.get(body["status_url"])).json()
    answer = await client.get(body["response_url"])
    assert status["status"] == "COMPLETED"
    assert "error" not in status
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "model_image"]


async def test_a_failure_of_the_service_is_told_by_status_and_result(
    stage: Stage, client: httpx.AsyncClient, submit: Submit
) -> None:
    body = await submit()
    await stage.fail(await stage.claim(), error_body(WorkerLost()))
    status = (await client.get(body["status_url"])).json()
    answer = await client.get(body["response_url"])
    assert (status["status"], status["error_type"]) == ("COMPLETED", "runner_disconnected")
    assert status["error"] == answer.json()["detail"]
    assert answer.status_code == 503
    assert answer.headers["x-fal-needs-retry"] == "1"
    assert "x-fal-request-timeout-type" not in answer.headers


async def test_a_start_timeout_is_the_senders_own(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit(headers={"x-fal-request-timeout": "0.1"})
    await asyncio.sleep(0.15)
    assert await stage.jobs.reap() == 1
    answer = await client.get(body["response_url"])
    assert (answer.status_code, answer.json()["error_type"]) == (504, StartTimeout.type)
    assert answer.headers["x-fal-request-timeout-type"] == "user"


@pytest.mark.parametrize(
    ("method", "suffix"), [("GET", ""), ("GET", "/status"), ("GET", "/status/stream"), ("PUT", "/cancel")]
)
async def test_an_unknown_request_is_not_found(client: httpx.AsyncClient, method: str, suffix: str) -> None:
    answer = await client.request(method, UNKNOWN + suffix)
    assert (answer.status_code, answer.json()["status"]) == (404, "NOT_FOUND")
    assert answer.json()["detail"]


async def test_a_request_is_not_found_under_another_app(client: httpx.AsyncClient, submit: Submit) -> None:
    request_id = (await submit())["request_id"]
    assert (await client.get(f"/queue/fashn/other/requests/{request_id}/status")).status_code == 404


async def test_cancel_drops_a_queued_request(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit()
    answer = await client.put(body["cancel_url"])
    assert (answer.status_code, answer.json()) == (202, {"status": "CANCELLATION_REQUESTED"})
    status = (await client.get(body["status_url"])).json()
    assert (status["status"], status["error_type"]) == ("COMPLETED", "client_cancelled")
    assert (await client.get(body["response_url"])).status_code == 499
    assert await stage.jobs.claim("test", 30) is None


async def test_cancel_asks_a_running_request_to_stop(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit()
    claim = await stage.claim()
    assert (await client.put(body["cancel_url"], json={})).status_code == 202
    assert (await client.get(body["status_url"])).json()["status"] == "IN_PROGRESS"
    assert await stage.jobs.heartbeat(claim, 30) is False


async def test_cancel_is_too_late_after_the_end(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit()
    await stage.dress(await stage.claim())
    answer = await client.put(body["cancel_url"])
    assert (answer.status_code, answer.json()) == (400, {"status": "ALREADY_COMPLETED"})


def events_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(block.removeprefix("data: ")) for block in text.split("\n\n") if block.startswith("data: ")]


async def test_the_stream_tells_every_state_and_each_line_once(
    stage: Stage, client: httpx.AsyncClient, submit: Submit
) -> None:
    body = await submit()
    stream = asyncio.ensure_future(client.get(body["status_url"] + "/stream", params={"logs": 1}))
    await asyncio.sleep(0.1)
    claim = await stage.claim()
    for message in ("one", "two", "three"):
        await stage.log(claim, message)
        await asyncio.sleep(0.1)
    await stage.log(claim, "four")
    await stage.dress(claim)
    answer = await stream
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer.text)
    states = [event["status"] for event in events]
    assert states[0] == "IN_QUEUE"
    assert states[-1] == "COMPLETED"
    assert set(states[1:-1]) == {"IN_PROGRESS"}
    assert [line["message"] for event in events for line in event.get("logs") or []] == ["one", "two", "three", "four"]
    assert (await client.get(body["response_url"])).status_code == 200


async def test_previews_are_shown_while_the_job_runs(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit()
    claim = await stage.claim()
    assert "preview" not in (await client.get(body["status_url"])).json()
    key = await stage.show(claim, 5)
    image = {
        "url": f"{BASE}/files/{key}",
        "content_type": "image/jpeg",
        "file_name": "preview.jpg",
        "file_size": 9,
    }
    shown = (await client.get(body["status_url"])).json()["preview"]
    assert shown == {"images": [image], "sample": 0, "step": 5, "steps": 10}
    assert (await client.get(shown["images"][0]["url"])).content == b"preview 5"
    await stage.dress(claim)
    assert "preview" not in (await client.get(body["status_url"])).json()


async def test_the_stream_tells_each_preview(stage: Stage, submit: Submit) -> None:
    body = await submit()
    claim = await stage.claim()
    edge, addresses = stage.app().state.edge, addresses_for(BASE, "http", "tryon.test")
    async with aclosing(fal_queue.status_events(edge, body["request_id"], addresses, logs=False)) as stream:
        told = [await anext(stream)]
        for step in (5, 10):
            await stage.show(claim, step)
            told.append(await anext(stream))
        await stage.dress(claim)
        told += [event async for event in stream]
    events = events_of("".join(told))
    assert [event.get("preview", {}).get("step") for event in events] == [None, 5, 10, None]
    assert [event["status"] for event in events] == ["IN_PROGRESS"] * 3 + ["COMPLETED"]


async def test_the_stream_without_logs_has_none(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit()
    claim = await stage.claim()
    await stage.log(claim, "one")
    await stage.dress(claim)
    events = events_of((await client.get(body["status_url"] + "/stream")).text)
    assert [(event["status"], event["logs"]) for event in events] == [("COMPLETED", None)]
