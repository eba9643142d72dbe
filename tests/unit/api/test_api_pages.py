"""The page's files, the sample photos, and what the page is told beforehand."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from api_stage import Stage

from vesture.api.edge import SamplePhoto


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
