"""The queue over HTTP: submit, status, stream, result, cancel."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from api_stage import BASE, INPUT, Stage, Submit

from vesture.core.job import JobStatus, Priority
from vesture.core.tryon_input import parse_input
from vesture.core.wire_errors import error_body
from vesture.errors import InputError, PersonNotFound, StartTimeout, WorkerLost

UNKNOWN = "/queue/fashn/tryon/requests/764cabcf-b745-4b3e-ae38-1200304cf45b"


async def test_submit_answers_where_to_follow_the_request(stage: Stage, client: httpx.AsyncClient) -> None:
    answer = await client.post("/queue/fashn/tryon", json=INPUT)
    body = answer.json()
    request_id = body["request_id"]
    request = f"{BASE}/queue/fashn/tryon/requests/{request_id}"
    assert answer.status_code == 200
    assert answer.headers["x-fal-request-id"] == request_id
    assert (body["status"], body["queue_position"]) == ("IN_QUEUE", 0)
    assert (body["response_url"], body["status_url"]) == (request, f"{request}/status")
    assert body["cancel_url"] == f"{request}/cancel"
    job = await stage.jobs.get(request_id, with_payload=True)
    assert job is not None
    assert (job.payload, job.endpoint, job.status) == (INPUT, "fashn/tryon", JobStatus.QUEUED)


async def test_wrong_input_is_accepted_and_told_by_the_result(
    stage: Stage, client: httpx.AsyncClient, submit: Submit
) -> None:
    body = await submit(json={"model_image": 3})
    claim = await stage.claim()
    with pytest.raises(InputError) as caught:
        parse_input(claim.job.endpoint, claim.job.payload)
    await stage.fail(claim, error_body(caught.value))
    status = await client.get(body["status_url"], params={"logs": 1})
    assert (status.status_code, status.json()["status"]) == (200, "COMPLETED")
    assert "error" not in status.json()
    answer = await client.get(body["response_url"])
    assert answer.status_code == 422
    assert answer.headers["x-fal-error-type"] == "string_type"
    assert answer.headers["x-fal-needs-retry"] == "0"
    details = {detail["loc"][1]: detail["type"] for detail in answer.json()["detail"]}
    assert details == {"model_image": "string_type", "garment_image": "missing", "category": "missing"}


@pytest.mark.parametrize("body", [b"", b"{}", b"  "])
async def test_no_body_is_an_empty_object(stage: Stage, client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/queue/fashn/tryon", content=body)
    assert answer.status_code == 200
    assert (await stage.claim()).job.payload == {}


@pytest.mark.parametrize(
    "body",
    [
        b"[1]",
        b'"text"',
        b"null",
        b"12",
        b"{",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b"[" * 50_000,
        b'{"a":' * 30_000,
        b'{"a": 1' + b"0" * 5000 + b"}",
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(stage: Stage, client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/queue/fashn/tryon", content=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body"]
    assert await stage.jobs.queue_length() == 0


async def test_a_body_beyond_the_limit_is_refused(stage: Stage, client: httpx.AsyncClient) -> None:
    answer = await client.post("/queue/fashn/tryon", json={**INPUT, "model_image": "x" * 300_000})
    assert answer.status_code == 413
    assert "200000 bytes" in answer.json()["detail"]
    assert await stage.jobs.queue_length() == 0


async def test_a_body_of_unknown_length_is_refused_when_it_passes_the_limit(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    sent = 0

    async def chunks() -> Any:
        nonlocal sent
        for _ in range(100):
            sent += 10_000
            yield b"x" * 10_000

    answer = await client.post("/queue/fashn/tryon", content=chunks())
    assert answer.status_code == 413
    assert sent == 1_000_000  # read to its end, so that the answer can be read


@pytest.mark.parametrize(
    "path", ["/queue/fashn/other", "/queue/fal-ai/fashn/tryon/v1.6", "/queue/x", "/queue/fashn/tryon/v2"]
)
async def test_an_unknown_app_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, json=INPUT)
    assert answer.status_code == 404
    assert "not found" in answer.json()["detail"]
    assert answer.headers["x-fal-request-id"]


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"x-fal-request-timeout": "soon"}, {}),
        ({"x-fal-request-timeout": "-1"}, {}),
        ({"x-fal-request-timeout": "0.01"}, {}),
        ({"x-fal-request-timeout": "nan"}, {}),
        ({"x-fal-request-timeout": "inf"}, {}),
        ({"x-fal-queue-priority": "urgent"}, {}),
        ({}, {"fal_webhook": "ftp://example.com"}),
        ({}, {"fal_webhook": "no url"}),
        ({}, {"fal_webhook": "http://[broken"}),
        ({}, {"fal_max_queue_length": "many"}),
    ],
)
async def test_malformed_headers_and_queries_are_bad_requests(
    stage: Stage, client: httpx.AsyncClient, headers: dict[str, str], query: dict[str, str]
) -> None:
    answer = await client.post("/queue/fashn/tryon", json=INPUT, headers=headers, params=query)
    assert answer.status_code == 400
    assert answer.json()["error_type"] == "bad_request"
    assert answer.headers["x-fal-error-type"] == "bad_request"
    assert await stage.jobs.queue_length() == 0


async def test_the_headers_of_a_submit_shape_its_job(stage: Stage, submit: Submit) -> None:
    body = await submit(
        headers={
            "X-Fal-Queue-Priority": "low",
            "X-Fal-Request-Timeout": "60.0",
            "X-Fal-No-Retry": "1",
            "X-Fal-Store-IO": "0",
            "X-Fal-Object-Lifecycle-Preference": '{"expiration_duration_seconds": 60}',
            "X-Fal-Runner-Hint": "anything",
        },
        params={"fal_webhook": "https://shop.example/hook"},
    )
    job = await stage.jobs.get(body["request_id"])
    assert job is not None
    assert (job.priority, job.max_attempts, job.keep_payload) == (Priority.LOW, 1, False)
    assert job.start_by == pytest.approx(job.created_at + 60.0)
    assert (job.webhook_url, job.result_lifetime_seconds) == ("https://shop.example/hook", 60.0)


@pytest.mark.parametrize(
    "lifecycle",
    ["", "not json", "[]", '{"expiration_duration_seconds": null}', "1", '{"expiration_duration_seconds": true}'],
)
async def test_a_lifecycle_that_says_nothing_is_ignored(stage: Stage, submit: Submit, lifecycle: str) -> None:
    body = await submit(headers={"X-Fal-Object-Lifecycle-Preference": lifecycle})
    job = await stage.jobs.get(body["request_id"])
    assert job is not None
    assert job.result_lifetime_seconds is None


async def test_a_full_queue_refuses(client: httpx.AsyncClient, submit: Submit) -> None:
    for _ in range(5):
        await submit()
    answer = await client.post("/queue/fashn/tryon", json=INPUT)
    assert answer.status_code == 429
    assert answer.headers["x-fal-needs-retry"] == "1"


async def test_the_sender_may_name_the_longest_queue(client: httpx.AsyncClient, submit: Submit) -> None:
    await submit()
    await submit(params={"fal_max_queue_length": 1})
    answer = await client.post("/queue/fashn/tryon", json=INPUT, params={"fal_max_queue_length": 1})
    assert answer.status_code == 429


async def test_positions_count_the_requests_ahead(client: httpx.AsyncClient, submit: Submit) -> None:
    low = await submit(headers={"x-fal-queue-priority": "low"})
    normal = await submit()
    later = await submit()
    positions = [(await client.get(body["status_url"])).json()["queue_position"] for body in (normal, later, low)]
    assert positions == [0, 1, 2]


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


async def test_the_stream_without_logs_has_none(stage: Stage, client: httpx.AsyncClient, submit: Submit) -> None:
    body = await submit()
    claim = await stage.claim()
    await stage.log(claim, "one")
    await stage.dress(claim)
    events = events_of((await client.get(body["status_url"] + "/stream")).text)
    assert [(event["status"], event["logs"]) for event in events] == [("COMPLETED", None)]
