"""Hosts, prefixes, the built-in proxy, CORS, and what every answer carries."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from api_stage import BASE, INPUT, Stage

from vesture.api.hosts import addresses_for, service_path

PROXY = "/api/fal/proxy"
APPS = frozenset({"fashn/tryon"})


@pytest.mark.parametrize(
    ("host", "path", "meant"),
    [
        ("box:8000", "/queue/fashn/tryon", "/queue/fashn/tryon"),
        ("box:8000", "/queue/fashn/tryon/", "/queue/fashn/tryon"),
        ("box:8000", "/fashn/tryon", "/run/fashn/tryon"),
        ("box:8000", "/", "/"),
        ("box:8000", "/elsewhere", "/elsewhere"),
        ("box:8000", "/files/abc", "/files/abc"),
        ("fal.run", "/fashn/tryon", "/run/fashn/tryon"),
        ("falrun.com:443", "/fashn/tryon", "/run/fashn/tryon"),
        ("queue.fal.run", "/fashn/tryon/requests/1/status/", "/queue/fashn/tryon/requests/1/status"),
        ("queue.falrun.com", "/fashn/tryon", "/queue/fashn/tryon"),
        ("QUEUE.tryon.example", "/fashn/tryon", "/queue/fashn/tryon"),
        ("rest.fal.ai", "/storage/auth/token", "/rest/storage/auth/token"),
        ("rest.alpha.fal.ai", "/.well-known/jwks.json", "/rest/.well-known/jwks.json"),
        ("rest.fal.ai", "/tokens/", "/rest/tokens"),
        ("v3.fal.media", "/files/upload", "/files/upload"),
        ("queue.fal.run", "/health", "/health"),
    ],
)
def test_host_and_prefix_name_the_service(host: str, path: str, meant: str) -> None:
    assert service_path(host, path, APPS) == meant


@pytest.mark.parametrize(
    ("public_url", "scheme", "host", "queue", "files"),
    [
        ("", "http", "box:8000", "http://box:8000/queue", "http://box:8000"),
        ("", "http", "[::1]:8000", "http://[::1]:8000/queue", "http://[::1]:8000"),
        ("", "https", "queue.fal.run", "https://queue.fal.run", "https://v3.fal.media"),
        ("", "https", "rest.fal.ai", "https://queue.fal.run", "https://v3.fal.media"),
        ("", "https", "queue.tryon.example", "https://queue.tryon.example", "https://tryon.example"),
        ("https://tryon.example/", "http", "10.0.0.1", "https://tryon.example/queue", "https://tryon.example"),
        ("", "http", "evil/<script>", "http://localhost/queue", "http://localhost"),
        ("", "http", "", "http://localhost/queue", "http://localhost"),
    ],
)
def test_addresses_follow_the_setting_then_the_request(
    public_url: str, scheme: str, host: str, queue: str, files: str
) -> None:
    addresses = addresses_for(public_url, scheme, host)
    assert (addresses.queue, addresses.files) == (queue, files)


async def test_a_reverse_proxy_names_the_public_address(client: httpx.AsyncClient) -> None:
    headers = {"x-forwarded-proto": "https", "x-forwarded-host": "shop.example"}
    body = (await client.post("/queue/fashn/tryon", json=INPUT, headers=headers)).json()
    assert body["status_url"].startswith("https://shop.example/queue/fashn/tryon/requests/")


async def test_the_proxy_is_the_queue_in_process(stage: Stage, client: httpx.AsyncClient) -> None:
    def target(path: str) -> dict[str, str]:
        return {"x-fal-target-url": f"https://queue.fal.run/fashn/tryon{path}"}

    body = (await client.post(PROXY, json=INPUT, headers=target("?fal_webhook=https%3A%2F%2Fa.example"))).json()
    request_id = body["request_id"]
    assert body["status_url"] == f"{BASE}/queue/fashn/tryon/requests/{request_id}/status"
    claim = await stage.claim()
    assert claim.job.webhook_url == "https://a.example"
    await stage.log(claim, "one")
    status = await client.get(PROXY, headers=target(f"/requests/{request_id}/status?logs=1"))
    assert (status.status_code, len(status.json()["logs"])) == (202, 1)
    early = await client.get(PROXY, headers=target(f"/requests/{request_id}"))
    assert early.status_code == 400
    await stage.dress(claim)
    stream = await client.get(PROXY, headers=target(f"/requests/{request_id}/status/stream?logs=1"))
    assert stream.headers["content-type"].startswith("text/event-stream")
    result = await client.get(PROXY, headers=target(f"/requests/{request_id}"))
    assert result.json()["images"][0]["url"].startswith(f"{BASE}/files/")
    cancel = await client.put(PROXY, headers=target(f"/requests/{request_id}/cancel"))
    assert cancel.status_code == 400


async def test_the_proxy_initiates_uploads(client: httpx.AsyncClient) -> None:
    for path in ("initiate", "initiate-multipart"):
        headers = {"x-fal-target-url": f"https://rest.fal.ai/storage/upload/{path}?storage_type=fal-cdn-v3"}
        answer = await client.post(PROXY, json={"content_type": "image/png", "file_name": "a.png"}, headers=headers)
        assert answer.json()["upload_url"].startswith(f"{BASE}/files/")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (None, 400),
        ("", 400),
        ("https://example.com/x", 412),
        ("http://127.0.0.1:8000/", 412),
        ("http://169.254.169.254/latest/meta-data", 412),
        ("https://fal.run.evil.example/fashn/tryon", 412),
        ("https://evilfal.run/fashn/tryon", 412),
        ("https://queue.fal.run:8443/fashn/tryon", 412),
        ("https://queue.fal.run@evil.example/fashn/tryon", 412),
        ("file:///etc/passwd", 412),
        ("ftp://queue.fal.run/fashn/tryon", 412),
        ("https://[broken/", 412),
        ("https://queue.fal.run:x/", 412),
        ("https://api.fal.ai/v1/models", 404),
    ],
)
async def test_the_proxy_reaches_only_this_service(client: httpx.AsyncClient, target: str | None, status: int) -> None:
    headers = {} if target is None else {"x-fal-target-url": target}
    answer = await client.post(PROXY, json=INPUT, headers=headers)
    assert answer.status_code == status
    assert answer.json()["detail"]


async def test_the_proxy_takes_json_only(client: httpx.AsyncClient) -> None:
    headers = {"x-fal-target-url": "https://queue.fal.run/fashn/tryon", "content-type": "text/plain"}
    assert (await client.post(PROXY, content=b"x", headers=headers)).status_code == 415
    assert (await client.post(PROXY, content=b"", headers=headers)).status_code == 200


async def test_a_preflight_allows_what_is_asked(client: httpx.AsyncClient) -> None:
    asked = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, x-fal-anything",
    }
    for path in ("/queue/fashn/tryon", "/files/abc", PROXY, "/nowhere"):
        answer = await client.options(path, headers=asked)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-headers"] == "authorization, x-fal-anything"
        assert "PUT" in answer.headers["access-control-allow-methods"]
    plain = await client.options("/queue/fashn/tryon")
    assert "authorization" in plain.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/queue/fashn/tryon", 405),
        ("DELETE", "/health", 405),
        ("POST", "/run/fashn/other", 404),
        ("GET", "/files/unknown", 404),
    ],
)
async def test_errors_carry_cors_and_json(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-fal-request-id" in answer.headers["access-control-expose-headers"]
    assert answer.json()["detail"]


async def test_an_unexpected_failure_is_a_bare_500(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def queue_length(self) -> int:
            raise RuntimeError("the password is hunter2")

    async with stage.client(jobs=Broken()) as client:
        answer = await client.post("/queue/fashn/tryon", json=INPUT)
    assert (answer.status_code, answer.json()) == (500, {"detail": "Internal Server Error"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-fal-request-id"]
    assert "hunter2" in caplog.text


async def test_health_and_keys_and_openapi(stage: Stage) -> None:
    async def key_set() -> dict[str, Any]:
        return {"keys": [{"kty": "OKP"}]}

    async with stage.client(key_set=key_set) as client:
        health = (await client.get("/health")).json()
        keys = (await client.get("/rest/.well-known/jwks.json")).json()
        document = (await client.get("/api/openapi/queue/openapi.json", params={"endpoint_id": "fashn/tryon"})).json()
        unknown = await client.get("/api/openapi/queue/openapi.json", params={"endpoint_id": "fashn/other"})
    assert (health["status"], health["version"]) == ("ok", "1.2.3")
    assert "workers" not in health  # nothing is known of them here
    assert keys == {"keys": [{"kty": "OKP"}]}
    assert unknown.status_code == 404
    assert document["servers"] == [{"url": f"{BASE}/queue"}]
    assert set(document["paths"]) == {
        "/fashn/tryon",
        "/fashn/tryon/requests/{request_id}",
        "/fashn/tryon/requests/{request_id}/status",
        "/fashn/tryon/requests/{request_id}/cancel",
    }
    schema = document["components"]["schemas"]["TryonInput"]
    assert schema["required"] == ["model_image", "garment_image", "category"]
    assert schema["properties"]["category"]["enum"] == ["tops", "bottoms", "one-pieces"]
    assert schema["properties"]["timesteps"]["default"] == 50
    assert schema["x-fal-order-properties"][:3] == ["model_image", "garment_image", "category"]
