"""What people do with the Python client. Usage: python python_stories.py NAME; prints one JSON object."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import fal_client
from fal_client import client as fal_client_module

ENDPOINT = "fashn/tryon"
PERSON, GARMENT = Path(os.environ["STORY_PERSON"]), Path(os.environ["STORY_GARMENT"])
POLL_SECONDS = 0.1
SOME_BYTES = (b"some bytes", "application/octet-stream")
MANY_BYTES = (bytes(range(256)) * 1000, "application/octet-stream")


def data_uris() -> dict[str, Any]:
    images = {"model_image": PERSON, "garment_image": GARMENT}
    return {**{name: fal_client.encode_file(path) for name, path in images.items()}, "category": "tops"}


class Updates:
    """Notes what a subscription tells."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.messages: list[str] = []

    def __call__(self, update: fal_client.Status) -> None:
        self.names.append(type(update).__name__)
        if isinstance(update, fal_client.InProgress | fal_client.Completed):
            self.messages = [log["message"] for log in update.logs or []]

    def told(self, result: Any) -> dict[str, Any]:
        return {"result": result, "updates": self.names, "messages": self.messages}


def subscribe() -> dict[str, Any]:
    updates = Updates()
    return updates.told(fal_client.subscribe(ENDPOINT, data_uris(), with_logs=True, on_queue_update=updates))


def subscribe_async() -> dict[str, Any]:
    updates = Updates()
    subscribing = fal_client.subscribe_async(ENDPOINT, data_uris(), with_logs=True, on_queue_update=updates)
    return updates.told(asyncio.run(subscribing))


def run() -> dict[str, Any]:
    return {"result": fal_client.run(ENDPOINT, data_uris())}


def run_async() -> dict[str, Any]:
    return {"result": asyncio.run(fal_client.run_async(ENDPOINT, data_uris()))}


def handle() -> dict[str, Any]:
    submitted = fal_client.submit(ENDPOINT, data_uris(), hint="shop", priority="normal", start_timeout=60)
    same = fal_client.SyncClient().get_handle(ENDPOINT, submitted.request_id)
    urls = ("response_url", "status_url", "cancel_url")
    first = type(submitted.status()).__name__
    for _ in submitted.iter_events(interval=POLL_SECONDS):
        pass
    last, with_logs = submitted.status(), submitted.status(with_logs=True)
    assert isinstance(last, fal_client.Completed)
    assert isinstance(with_logs, fal_client.Completed)
    assert with_logs.logs
    return {
        "is_same_handle": all(getattr(submitted, url) == getattr(same, url) for url in urls),
        "first": first,
        "last": type(last).__name__,
        "logs_without_asking": last.logs,
        "inference_time": last.metrics["inference_time"],
        "result": submitted.get(),
    }


def handle_async() -> dict[str, Any]:
    async def story() -> dict[str, Any]:
        submitted = await fal_client.submit_async(ENDPOINT, data_uris())
        same = await fal_client.AsyncClient().get_handle(ENDPOINT, submitted.request_id)
        first = type(await submitted.status()).__name__
        async for _ in submitted.iter_events(interval=POLL_SECONDS):
            pass
        last = await submitted.status()
        assert isinstance(last, fal_client.Completed)
        return {
            "is_same_handle": submitted.status_url == same.status_url and submitted.response_url == same.response_url,
            "first": first,
            "last": type(last).__name__,
            "logs_without_asking": last.logs,
            "inference_time": last.metrics["inference_time"],
            "result": await submitted.get(),
        }

    return asyncio.run(story())


def cancel() -> dict[str, Any]:
    waiting = [fal_client.submit(ENDPOINT, data_uris()) for _ in range(3)]
    waiting[-1].cancel()
    told = failure(waiting[-1].get)
    for other in waiting[:-1]:
        failure(other.cancel)
    return told


def failure(call: Any, *arguments: Any) -> dict[str, Any]:
    try:
        call(*arguments)
    except fal_client.FalClientHTTPError as error:
        return {"status": error.status_code, "error_type": error.error_type}
    return {"status": 200}


def errors() -> dict[str, Any]:
    early = fal_client.submit(ENDPOINT, data_uris())
    unknown = fal_client.SyncClient().get_handle(ENDPOINT, "764cabcf-b745-4b3e-ae38-1200304cf45b")
    told = {
        "early": {"status": early.client.get(early.response_url).status_code},
        "invalid": failure(fal_client.subscribe, ENDPOINT, {"model_image": 1}),
        "unknown": failure(unknown.status),
        "key": failure(fal_client.SyncClient(key="wrong:key").submit, ENDPOINT, {}),
        "timeout": malformed_timeout(),
    }
    failure(early.cancel)
    return told


def malformed_timeout() -> dict[str, Any]:
    client = fal_client.SyncClient()
    return failure(lambda: client.submit(ENDPOINT, {}, headers={"X-Fal-Request-Timeout": "soon"}))


def few_steps(**options: Any) -> dict[str, Any]:
    return {**data_uris(), "garment_photo_type": "flat-lay", "timesteps": 4, **options}


def diffuse() -> dict[str, Any]:
    updates = Updates()
    arguments = few_steps(num_samples=2)
    return updates.told(fal_client.subscribe(ENDPOINT, arguments, with_logs=True, on_queue_update=updates))


def watch_stream() -> dict[str, Any]:
    return {"events": list(fal_client.stream(ENDPOINT, few_steps()))}


def stream_of_bad_input() -> dict[str, Any]:
    try:
        return {"events": list(fal_client.stream(ENDPOINT, few_steps(category="hats")))}
    except Exception as error:
        return {"raised": type(error).__name__}


def versioned() -> dict[str, Any]:
    updates = Updates()
    arguments = {name: value for name, value in data_uris().items() if name != "category"}
    arguments |= {"mode": "performance", "output_format": "jpeg", "sync_mode": True, "garment_photo_type": "flat-lay"}
    endpoint = f"{ENDPOINT}/v1.5"
    return updates.told(fal_client.subscribe(endpoint, arguments, with_logs=True, on_queue_update=updates))


def cancel_running() -> dict[str, Any]:
    """Cancel a long run once it has taken a step."""
    submitted = fal_client.submit(ENDPOINT, few_steps(timesteps=100, num_samples=4))
    for update in submitted.iter_events(with_logs=True, interval=POLL_SECONDS):
        lines = [log["message"] for log in getattr(update, "logs", None) or []]
        if any("step 1 of 400" in line for line in lines):
            break
    before = time.monotonic()
    submitted.cancel()
    told = failure(submitted.get)
    last = submitted.status(with_logs=True)
    assert isinstance(last, fal_client.Completed)
    return {**told, "seconds": time.monotonic() - before, "lines": [log["message"] for log in last.logs or []]}


def upload() -> dict[str, Any]:
    point_uploads_here()
    client = fal_client.SyncClient()
    person, garment = client.upload_file(PERSON), client.upload_file(GARMENT)
    urls = {
        "bytes_url": client.upload(*SOME_BYTES, "some.bin", fallback_repository=[]),
        "file_url": person,
        "rest_url": client.upload(*SOME_BYTES, "some.bin", repository="fal", fallback_repository=[]),
    }
    send_parts()
    urls["parts_url"] = client.upload(*MANY_BYTES, "parts.bin", fallback_repository=[])
    images = {"model_image": person, "garment_image": garment}
    return {**urls, "result": client.subscribe(ENDPOINT, {**images, "category": "tops"})}


def upload_async() -> dict[str, Any]:
    point_uploads_here()

    async def story() -> dict[str, Any]:
        client = fal_client.AsyncClient()
        person, garment = await client.upload_file(PERSON), await client.upload_file(GARMENT)
        urls = {
            "bytes_url": await client.upload(*SOME_BYTES, "some.bin", fallback_repository=[]),
            "file_url": person,
            "rest_url": await client.upload(*SOME_BYTES, "some.bin", repository="fal", fallback_repository=[]),
        }
        send_parts()
        urls["parts_url"] = await client.upload(*MANY_BYTES, "parts.bin", fallback_repository=[])
        images = {"model_image": person, "garment_image": garment}
        return {**urls, "result": await client.subscribe(ENDPOINT, {**images, "category": "tops"})}

    return asyncio.run(story())


def point_uploads_here() -> None:
    """The two constants that have no environment variable."""
    fal_client_module.REST_URL = f"{os.environ['STORY_URL']}/rest"
    fal_client_module.CDN_URL = os.environ["STORY_URL"]


def send_parts() -> None:
    """Lets small data go the way of files above 100 MB."""
    fal_client_module.MULTIPART_THRESHOLD = 100_000
    fal_client_module.MULTIPART_CHUNK_SIZE = 50_000


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()))
