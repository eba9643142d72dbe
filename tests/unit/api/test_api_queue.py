"""Submitting over HTTP: what is taken in, what is refused, and what the headers ask for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from api_stage import BASE, INPUT, Stage, Submit

from vesture.core.job import JobStatus, Priority
from vesture.core.tryon_input import parse_input
from vesture.core.wire_errors import error_body
from vesture.errors import InputError


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
    "path", ["/queue/fashn/other", "/queue/fal-ai/fashn/tryon/v2", "/queue/x", "/queue/fashn/tryon/v2"]
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
