"""The page's files, the sample photos, and what the page is told beforehand."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from api_stage import Stage

from vesture.api.edge import SamplePhoto
from vesture.store.workers import WorkerStore


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/", "text/html"), ("/playground/style.css", "text/css"), ("/playground/app.js", "text/javascript")],
)
async def test_the_page_is_served(client: httpx.AsyncClient, path: str, kind: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert len(answer.text) > 500


@pytest.mark.parametrize(
    "path",
    ["/playground/other.js", "/playground/..%2fapp.py", "/playground/samples/x", "/playground/samples/../../app.py"],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_the_samples_are_offered(stage: Stage, tmp_path: Path) -> None:
    photo = tmp_path / "1.png"
    photo.write_bytes(b"pixels")
    samples = [SamplePhoto("shirts/1", "garment", "A shirt", photo, "tops")]
    async with stage.client(samples=samples) as client:
        about = (await client.get("/playground/about")).json()
        got = await client.get(about["samples"][0]["url"])
    assert about["keys_required"] is False
    assert {key: about["samples"][0][key] for key in ("kind", "title", "category")} == {
        "kind": "garment",
        "title": "A shirt",
        "category": "tops",
    }
    assert (got.content, got.headers["content-type"]) == (b"pixels", "image/png")


async def test_the_page_learns_whether_keys_are_asked_for(stage: Stage, client: httpx.AsyncClient) -> None:
    await stage.keys.create("shop")
    about = (await client.get("/playground/about")).json()
    assert about == {"keys_required": True, "samples": []}


async def test_health_tells_of_the_workers(stage: Stage) -> None:
    store = WorkerStore(stage.database)
    async with stage.client(workers=store) as client:
        none = (await client.get("/health")).json()
        await store.seen("host:1", "")
        await store.seen("host:2", "warp")
        two = (await client.get("/health")).json()
    assert none["workers"] == {"alive": 0, "ready": 0, "engines": [], "last_seen": None}
    assert none["status"] == "ok"
    assert {name: two["workers"][name] for name in ("alive", "ready", "engines")} == {
        "alive": 2,
        "ready": 1,
        "engines": ["warp"],
    }
    assert two["workers"]["last_seen"].endswith("+00:00")
