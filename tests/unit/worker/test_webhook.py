"""Webhooks against a real store and a real HTTP receiver."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vesture.core.job import Job, NewJob
from vesture.core.wire_errors import error_body
from vesture.errors import ImageTooSmall
from vesture.store.database import Database
from vesture.store.deliveries import DeliveryStore
from vesture.store.jobs import SqlJobStore
from vesture.worker.webhook import MAX_TRIES, WebhookSender, key_set

SECRET = bytes(range(32))
RESULT = {"images": [{"key": "abc", "content_type": "image/png", "file_name": "ü.png", "width": 3}]}


class Receiver:
    """An HTTP server that answers with the given statuses, then 200, and remembers what it got."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append((headers, body))
        status = self.statuses.pop(0) if self.statuses else 200
        location = "location: /elsewhere\r\n" if 300 <= status < 400 else ""
        writer.write(f"HTTP/1.1 {status} X\r\n{location}content-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.handle, "127.0.0.1")
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield receiver
    server.close()
    await server.wait_closed()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite:///{tmp_path}/vesture.sqlite3")
    yield database
    await database.close()


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    async with httpx.AsyncClient() as client:
        return (await client.post(url, content=body, headers=dict(headers))).status_code


def sender_for(database: Database, first_retry_seconds: float = 0.0) -> WebhookSender:
    deliveries = DeliveryStore(database)
    return WebhookSender(
        deliveries, post, SECRET, lambda key: f"https://box/files/{key}", first_retry_seconds=first_retry_seconds
    )


async def finished_job(database: Database, url: str | None, **outcome: Any) -> Job:
    store = SqlJobStore(database)
    job = await store.add(NewJob("request-1", "fashn/tryon", {}, webhook_url=url))
    claim = await store.claim("worker", 30.0)
    assert claim is not None
    await store.finish(claim, **(outcome or {"result": RESULT}))
    return job


async def test_a_result_is_delivered_once(database: Database, receiver: Receiver) -> None:
    await finished_job(database, receiver.url)
    sender = sender_for(database)
    assert await sender.send_due() == 1
    assert await sender.send_due() == 0
    ((headers, body),) = receiver.got
    assert headers["content-type"] == "application/json"
    image = {"url": "https://box/files/abc", "content_type": "image/png", "file_name": "ü.png", "width": 3}
    assert json.loads(body) == {
        "request_id": "request-1",
        "gateway_request_id": "request-1",
        "status": "OK",
        "payload": {"images": [image]},
    }


async def test_an_error_is_delivered(database: Database, receiver: Receiver) -> None:
    error = error_body(ImageTooSmall("model_image", "too small", {"min_width": 64}))
    await finished_job(database, receiver.url, error=error)
    await sender_for(database).send_due()
    body = json.loads(receiver.got[0][1])
    assert (body["status"], body["error"]) == ("ERROR", "Invalid status code: 422")
    assert body["payload"] == error.body


def verify(headers: Mapping[str, str], body: bytes) -> None:
    """As fal documents it for receivers."""
    message = "\n".join(
        [
            headers["x-fal-webhook-request-id"],
            headers["x-fal-webhook-user-id"],
            headers["x-fal-webhook-timestamp"],
            hashlib.sha256(body).hexdigest(),
        ]
    )
    for key in key_set(SECRET)["keys"]:
        public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"]))
        public.verify(bytes.fromhex(headers["x-fal-webhook-signature"]), message.encode())


async def test_the_signature_fits_the_key_set(database: Database, receiver: Receiver) -> None:
    await finished_job(database, receiver.url)
    await sender_for(database).send_due()
    headers, body = receiver.got[0]
    verify(headers, body)
    with pytest.raises(InvalidSignature):
        verify(headers, body + b" ")
    with pytest.raises(InvalidSignature):
        verify(headers | {"x-fal-webhook-timestamp": "1"}, body)


async def test_failures_are_tried_again(database: Database, receiver: Receiver) -> None:
    receiver.statuses = [500, 404, 429]
    await finished_job(database, receiver.url)
    assert await sender_for(database).send_due() == 4
    assert len({headers["x-fal-webhook-request-id"] for headers, _ in receiver.got}) == 1


async def test_tries_have_an_end(database: Database, receiver: Receiver) -> None:
    receiver.statuses = [500] * 100
    await finished_job(database, receiver.url)
    assert await sender_for(database).send_due() == MAX_TRIES
    assert await sender_for(database).send_due() == 0


async def test_a_redirect_is_not_followed_and_final(database: Database, receiver: Receiver) -> None:
    receiver.statuses = [302]
    await finished_job(database, receiver.url)
    assert await sender_for(database).send_due() == 1
    assert await sender_for(database).send_due() == 0


async def test_a_receiver_that_does_not_answer_is_tried_again_later(database: Database) -> None:
    await finished_job(database, "http://127.0.0.1:1/hook")
    assert await sender_for(database, first_retry_seconds=1000.0).send_due() == 1
    assert await sender_for(database).send_due() == 0


async def test_a_try_that_was_never_settled_is_made_again(database: Database, receiver: Receiver) -> None:
    await finished_job(database, receiver.url)
    deliveries = DeliveryStore(database)
    lost = await deliveries.take(hold_seconds=0.0)  # its worker dies here
    assert lost is not None
    assert await sender_for(database).send_due() == 1
    await deliveries.settle(lost, retry_after_seconds=0.0)  # a zombie's word, too late
    assert await sender_for(database).send_due() == 0
    assert len(receiver.got) == 1


async def test_nobody_else_gets_a_delivery_that_is_being_tried(database: Database, receiver: Receiver) -> None:
    await finished_job(database, receiver.url)
    deliveries = DeliveryStore(database)
    taken = await asyncio.gather(*(deliveries.take(hold_seconds=60.0) for _ in range(5)))
    assert len([delivery for delivery in taken if delivery is not None]) == 1


async def test_a_job_without_a_webhook_owes_none(database: Database) -> None:
    await finished_job(database, None)
    assert await sender_for(database).send_due() == 0


async def test_a_cancelled_job_tells_so(database: Database, receiver: Receiver) -> None:
    store = SqlJobStore(database)
    await store.add(NewJob("request-2", "fashn/tryon", {}, webhook_url=receiver.url))
    await store.request_cancel("request-2")
    await sender_for(database).send_due()
    body = json.loads(receiver.got[0][1])
    assert (body["error"], body["payload"]["error_type"]) == ("Invalid status code: 499", "client_cancelled")
