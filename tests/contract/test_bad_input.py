"""Bad input through the whole service: the status and body that the contract names, and the server stays up."""

from __future__ import annotations

import base64
import io
import socket
import ssl
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from running_service import RunningService

QUEUE = "/queue/fashn/tryon"
PATIENCE_SECONDS = 60


@pytest.fixture
def client(service: RunningService) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=PATIENCE_SECONDS) as client:
        yield client
        health = client.get("/health")
        assert (health.status_code, health.json()["status"]) == (200, "ok")


def data_uri(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def photo(file: Path) -> str:
    return data_uri(file.read_bytes(), "image/png" if file.suffix == ".png" else "image/jpeg")


def picture_of(width: int, height: int) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), 200, np.uint8)).save(sink, "PNG")
    return sink.getvalue()


def png_header_of(width: int, height: int) -> bytes:
    """A small file whose header promises a huge picture."""
    small = picture_of(1, 1)
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    header = b"IHDR" + size + small[24:29]
    return small[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small[33:]


def outcome(client: httpx.Client, payload: dict[str, Any]) -> httpx.Response:
    """The result of a request that was followed to its end by the status stream."""
    submitted = client.post(QUEUE, json=payload)
    assert submitted.status_code == 200
    urls = submitted.json()
    stream = client.get(urls["status_url"] + "/stream")
    assert '"COMPLETED"' in stream.text.strip().rsplit("\n", 1)[-1]
    assert client.get(urls["status_url"]).json()["status"] == "COMPLETED"
    return client.get(urls["response_url"])


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


FIELDS = [
    ({"category": "hats"}, "category", "literal_error"),
    ({"category": None}, "category", "literal_error"),
    ({"model_image": 7}, "model_image", "string_type"),
    ({"garment_image": ["a"]}, "garment_image", "string_type"),
    ({"nsfw_filter": "perhaps"}, "nsfw_filter", "bool_parsing"),
    ({"long_top": {}}, "long_top", "bool_type"),
    ({"timesteps": "many"}, "timesteps", "int_parsing"),
    ({"timesteps": 1.5}, "timesteps", "int_from_float"),
    ({"timesteps": 0}, "timesteps", "greater_than_equal"),
    ({"guidance_scale": []}, "guidance_scale", "float_type"),
    ({"seed": -1}, "seed", "greater_than_equal"),
    ({"num_samples": 99}, "num_samples", "less_than_equal"),
    ({"garment_photo_type": "doll"}, "garment_photo_type", "literal_error"),
]


@pytest.mark.parametrize(("change", "field", "kind"), FIELDS)
def test_a_wrong_value(
    client: httpx.Client, person_file: Path, garment_file: Path, change: dict[str, Any], field: str, kind: str
) -> None:
    good = {"model_image": photo(person_file), "garment_image": photo(garment_file), "category": "tops"}
    answer = outcome(client, {**good, **change})
    assert answer.status_code == 422
    (detail,) = answer.json()["detail"]
    assert (detail["loc"], detail["type"]) == (["body", field], kind)
    assert detail["msg"]
    assert answer.headers["x-fal-error-type"] == kind
    assert len(answer.content) < 2000


@pytest.mark.parametrize("missing", ["model_image", "garment_image", "category"])
def test_a_missing_field(client: httpx.Client, person_file: Path, garment_file: Path, missing: str) -> None:
    good = {"model_image": photo(person_file), "garment_image": photo(garment_file), "category": "tops"}
    answer = outcome(client, {name: value for name, value in good.items() if name != missing})
    assert answer.status_code == 422
    (detail,) = answer.json()["detail"]
    assert (detail["loc"], detail["type"]) == (["body", missing], "missing")


IMAGES = {
    "not an image": (data_uri(b"this is text", "text/plain"), {"image_load_error", "unsupported_image_format"}),
    "empty": ("", {"image_load_error", "file_download_error"}),
    "empty data": ("data:image/png;base64,", {"image_load_error"}),
    "broken base64": ("data:image/png;base64,!!!not base64!!!", {"image_load_error"}),
    "bare words": ("not an address at all", {"image_load_error", "file_download_error"}),
    "one pixel": (data_uri(picture_of(1, 1)), {"image_too_small"}),
    "huge header": (data_uri(png_header_of(30_000, 30_000)), {"image_too_large"}),
    "unknown scheme": ("ftp://example.com/a.png", {"file_download_error", "image_load_error"}),
    "file": ("file:///etc/passwd", {"file_download_error", "image_load_error"}),
    "private address": ("http://10.0.0.1/a.png", {"file_download_error"}),
    "metadata address": ("http://169.254.169.254/latest/meta-data", {"file_download_error"}),
    "loopback": (f"http://127.0.0.1:{closed_port()}/a.png", {"file_download_error"}),
    "loopback by name": ("http://localhost/a.png", {"file_download_error"}),
    "unknown host": ("http://does-not-exist.invalid/a.png", {"file_download_error"}),
    "unknown file of ours": ("https://v3.fal.media/files/" + "a" * 48 + "_x.png", {"file_download_error"}),
}


@pytest.mark.parametrize("field", ["model_image", "garment_image"])
@pytest.mark.parametrize("name", IMAGES)
def test_an_image_that_is_none(
    client: httpx.Client, person_file: Path, garment_file: Path, name: str, field: str
) -> None:
    reference, kinds = IMAGES[name]
    good = {"model_image": photo(person_file), "garment_image": photo(garment_file), "category": "tops"}
    answer = outcome(client, {**good, field: reference})
    assert answer.status_code == 422, answer.text
    (detail,) = answer.json()["detail"]
    assert detail["loc"] == ["body", field]
    assert detail["type"] in kinds
    assert detail["msg"]


def test_a_truncated_photo(client: httpx.Client, person_file: Path, garment_file: Path) -> None:
    half = data_uri(person_file.read_bytes()[:20_000])
    answer = outcome(client, {"model_image": half, "garment_image": photo(garment_file), "category": "tops"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "image_load_error"


def test_a_photo_without_a_person(client: httpx.Client, garment_file: Path) -> None:
    wall = data_uri(picture_of(600, 800))
    answer = outcome(client, {"model_image": wall, "garment_image": photo(garment_file), "category": "tops"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "model_image"]


def test_the_synchronous_run_fails_alike(client: httpx.Client) -> None:
    answer = client.post("/run/fashn/tryon", json={"category": "hats"})
    assert answer.status_code == 422
    assert {detail["loc"][1]: detail["type"] for detail in answer.json()["detail"]} == {
        "model_image": "missing",
        "garment_image": "missing",
        "category": "literal_error",
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object(client: httpx.Client, body: bytes) -> None:
    answer = client.post(QUEUE, content=body)
    assert answer.status_code == (200 if body == b"" else 422)
    if body == b"":
        client.put(answer.json()["cancel_url"])


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_body_of_a_hundred_megabytes(client: httpx.Client, service: RunningService, is_declared: bool) -> None:
    chunk = b"x" * 1024 * 1024

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield chunk

    headers = {"content-length": str(100 * len(chunk))} if is_declared else {}
    before = memory_of(service)
    answer = client.post(QUEUE, content=chunks(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["detail"]
    if is_declared:
        assert memory_of(service) - before < 30 * 1024 * 1024


def memory_of(service: RunningService) -> int:
    """The highest resident memory of the server's process so far, in bytes."""
    for line in Path(f"/proc/{service.process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def test_a_result_before_the_end_and_after_a_cancel(
    client: httpx.Client, person_file: Path, garment_file: Path
) -> None:
    good = {"model_image": photo(person_file), "garment_image": photo(garment_file), "category": "tops"}
    first, second = (client.post(QUEUE, json=good).json() for _ in range(2))
    early = client.get(second["response_url"])
    assert (early.status_code, early.json()) == (400, {"detail": "Request is still in progress"})
    assert client.put(second["cancel_url"]).status_code == 202
    cancelled = client.get(second["response_url"])
    assert (cancelled.status_code, cancelled.json()["error_type"]) == (499, "client_cancelled")
    client.get(first["status_url"] + "/stream")
    assert client.get(first["response_url"]).status_code == 200  # nothing of the first was lost


@pytest.mark.parametrize("path", ["", "/status", "/status/stream"])
def test_an_unknown_request(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{QUEUE}/requests/764cabcf-b745-4b3e-ae38-1200304cf45b{path}")
    assert (answer.status_code, answer.json()["status"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("key", [None, "Key wrong:key", "Key nothing", "Bearer x.y.z"])
def test_a_wrong_key(guarded_service: RunningService, key: str | None) -> None:
    trust = ssl.create_default_context(cafile=str(guarded_service.authority))
    headers = {} if key is None else {"Authorization": key}
    with httpx.Client(base_url=guarded_service.url, verify=trust, headers=headers) as client:
        for answer in (client.post(QUEUE, json={}), client.post("/run/fashn/tryon", json={})):
            assert answer.status_code == 401
            assert "Authentication is required" in answer.json()["detail"]
        assert client.post("/rest/storage/auth/token", json={}).status_code == 401


def test_a_malformed_timeout(client: httpx.Client) -> None:
    answer = client.post(QUEUE, json={}, headers={"x-fal-request-timeout": "soon"})
    assert (answer.status_code, answer.json()["error_type"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "raw",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nbad header line\r\n\r\n",
        b"POST /queue/fashn/tryon HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_not_http(client: httpx.Client, service: RunningService, raw: bytes) -> None:
    host, port = service.address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        assert connection.recv(100).startswith(b"HTTP/1.1 4")
