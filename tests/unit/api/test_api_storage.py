"""Uploads by every way the clients know, and downloads."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from api_stage import BASE, Stage

from vesture.core.file_urls import own_blob_key

INITIATE = "/rest/storage/upload/initiate?storage_type=fal-cdn-v3"
INITIATE_MULTIPART = "/rest/storage/upload/initiate-multipart?storage_type=fal-cdn-v3"


async def initiate(client: httpx.AsyncClient, path: str = INITIATE, **wish: Any) -> tuple[str, str]:
    answer = await client.post(path, json={"content_type": "image/png", "file_name": "shirt.png", **wish})
    assert answer.status_code == 200
    return answer.json()["file_url"], answer.json()["upload_url"]


def part_url(upload_url: str, part: int | str) -> str:
    parts = urlsplit(upload_url)
    return parts._replace(path=f"{parts.path}/{part}").geturl()


async def test_an_initiated_upload_is_put_and_read(stage: Stage, client: httpx.AsyncClient) -> None:
    file_url, upload_url = await initiate(client)
    assert file_url.startswith(f"{BASE}/files/")
    assert file_url.endswith("_shirt.png")
    assert (await client.get(file_url)).status_code == 404
    put = await client.put(upload_url, content=b"pixels", headers={"content-type": "image/png"})
    assert (put.status_code, put.content) == (200, b"")
    got = await client.get(file_url)
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, b"pixels", "image/png")
    key = own_blob_key(file_url, [BASE])
    assert key is not None
    assert await stage.blobs.get(key) is not None


async def test_a_file_never_changes(client: httpx.AsyncClient) -> None:
    file_url, upload_url = await initiate(client)
    statuses = [(await client.put(upload_url, content=data)).status_code for data in (b"one", b"one", b"two")]
    assert statuses == [200, 200, 403]
    assert (await client.get(file_url)).content == b"one"


async def test_an_upload_needs_its_signature(client: httpx.AsyncClient) -> None:
    file_url, upload_url = await initiate(client)
    other_url, _ = await initiate(client)
    signature = upload_url.partition("?")[2]
    for url in (
        file_url,
        f"{file_url}?signature=",
        f"{upload_url[:-3]}AAA",
        f"{other_url}?{signature}",
        f"{file_url}?signature=a.b",
    ):
        assert (await client.put(url, content=b"x")).status_code == 403
    assert (await client.get(other_url)).status_code == 404


async def test_an_upload_beyond_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    file_url, upload_url = await initiate(client)
    assert (await client.put(upload_url, content=b"x" * 300_001)).status_code == 413
    assert (await client.get(file_url)).status_code == 404


async def test_an_unknown_storage_type_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/rest/storage/upload/initiate?storage_type=tape", json={})
    assert answer.status_code == 400
    assert (await client.post("/rest/storage/upload/initiate?storage_type=gcs", json={})).status_code == 200


async def test_parts_are_joined_in_the_order_of_their_numbers(client: httpx.AsyncClient) -> None:
    file_url, upload_url = await initiate(client, INITIATE_MULTIPART)
    parts = []
    for number, data in ((2, b"two "), (1, b"one "), (3, b"three"), (2, b"two. ")):  # a part may be sent again
        answer = await client.put(part_url(upload_url, number), content=data)
        assert answer.status_code == 200
        assert answer.json()["etag"] == answer.headers["etag"]
        parts = [part for part in parts if part["partNumber"] != number] + [answer.json()]
    answer = await client.post(part_url(upload_url, "complete"), json={"parts": parts})
    assert answer.status_code == 200
    got = await client.get(file_url)
    assert (got.content, got.headers["content-type"]) == (b"one two. three", "image/png")


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([{"partNumber": 1, "etag": "other"}], 400),
        ([{"partNumber": 1}, {"partNumber": 2}], 400),
        ([], 422),
        ("all", 422),
        ([1], 422),
        ([{"partNumber": "1"}], 422),
        ([{}], 422),
    ],
)
async def test_a_list_of_parts_that_does_not_fit_is_refused(
    client: httpx.AsyncClient, parts: object, status: int
) -> None:
    file_url, upload_url = await initiate(client, INITIATE_MULTIPART)
    await client.put(part_url(upload_url, 1), content=b"one")
    assert (await client.post(part_url(upload_url, "complete"), json={"parts": parts})).status_code == status
    assert (await client.get(file_url)).status_code == 404


async def test_the_parts_together_keep_the_limit(client: httpx.AsyncClient) -> None:
    _, upload_url = await initiate(client, INITIATE_MULTIPART)
    for number in (1, 2):
        await client.put(part_url(upload_url, number), content=b"x" * 200_000)
    parts = {"parts": [{"partNumber": 1}, {"partNumber": 2}]}
    assert (await client.post(part_url(upload_url, "complete"), json=parts)).status_code == 413


@pytest.mark.parametrize("number", [0, 10_001])
async def test_part_numbers_have_bounds(client: httpx.AsyncClient, number: int) -> None:
    _, upload_url = await initiate(client, INITIATE_MULTIPART)
    assert (await client.put(part_url(upload_url, number), content=b"x")).status_code == 400


async def test_the_cdn_takes_a_file_with_its_token(client: httpx.AsyncClient) -> None:
    token = (await client.post("/rest/storage/auth/token?storage_type=fal-cdn-v3", json={})).json()
    assert datetime.fromisoformat(token["expires_at"]) > datetime.now(UTC) + timedelta(hours=1)
    assert not token["expires_at"].endswith("Z")
    headers = {
        "Authorization": f"{token['token_type']} {token['token']}",
        "Content-Type": "image/jpeg",
        "X-Fal-File-Name": "me.jpg",
    }
    answer = await client.post("/files/upload", content=b"me", headers=headers)
    assert answer.json()["uploaded"] is True
    got = await client.get(answer.json()["access_url"])
    assert (got.content, got.headers["content-type"]) == (b"me", "image/jpeg")


async def test_the_cdn_takes_parts_in_any_order(client: httpx.AsyncClient) -> None:
    token = (await client.post("/rest/storage/auth/token", json={})).json()
    assert token["base_url"] == BASE
    headers = {"Authorization": f"Bearer {token['token']}", "Content-Type": "image/jpeg", "X-Fal-File-Name": "me.jpg"}
    start = (await client.post(f"{token['base_url']}/files/upload/multipart", headers=headers)).json()
    base = f"{start['access_url']}/multipart/{start['uploadId']}"
    contents = {number: bytes([64 + number]) * 5 for number in range(1, 6)}
    answers = await asyncio.gather(
        *(client.put(f"{base}/{number}", content=data, headers=headers) for number, data in contents.items())
    )
    parts = [{"partNumber": n, "etag": a.headers["etag"]} for n, a in zip(contents, answers, strict=True)]
    answer = await client.post(f"{base}/complete", json={"parts": parts[::-1]}, headers=headers)
    assert answer.status_code == 200
    assert (await client.get(start["access_url"])).content == b"AAAAABBBBBCCCCCDDDDDEEEEE"


@pytest.mark.parametrize("kind", ["text/html\r\nX-Evil: 1", "nonsense", "", "a/" + "b" * 500, "text/ht\u00e9ml"])
async def test_a_content_type_that_is_none_is_not_repeated(client: httpx.AsyncClient, kind: str) -> None:
    file_url, upload_url = await initiate(client, content_type=kind)
    await client.put(upload_url, content=b"x")
    assert (await client.get(file_url)).headers["content-type"] == "application/octet-stream"


async def test_a_lifetime_is_kept(stage: Stage, client: httpx.AsyncClient) -> None:
    lifecycle = {"X-Fal-Object-Lifecycle": '{"expiration_duration_seconds": 0.2}'}
    answer = await client.post(INITIATE, json={}, headers=lifecycle)
    await client.put(answer.json()["upload_url"], content=b"x")
    assert (await client.get(answer.json()["file_url"])).status_code == 200
    await asyncio.sleep(0.3)
    assert (await client.get(answer.json()["file_url"])).status_code == 404


async def stored(stage: Stage, content_type: str = "image/png") -> str:
    return f"/files/{(await stage.blobs.put(b'0123456789', content_type, 'a.png')).key}"


@pytest.mark.parametrize(
    ("wanted", "status", "content", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-30", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=5-500", 206, b"56789", "bytes 5-9/10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
    ],
)
async def test_ranges_of_files(
    stage: Stage, client: httpx.AsyncClient, wanted: str, status: int, content: bytes, content_range: str | None
) -> None:
    got = await client.get(await stored(stage), headers={"range": wanted})
    assert (got.status_code, got.content, got.headers.get("content-range")) == (status, content, content_range)


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=5-4", "bytes=99-100", "bytes=-0"])
async def test_ranges_outside_of_a_file(stage: Stage, client: httpx.AsyncClient, wanted: str) -> None:
    got = await client.get(await stored(stage), headers={"range": wanted})
    assert (got.status_code, got.headers["content-range"]) == (416, "bytes */10")


async def test_a_file_cannot_run_in_a_browser(stage: Stage, client: httpx.AsyncClient) -> None:
    got = await client.get(await stored(stage, "text/html"))
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["content-length"] == "10"


async def test_an_unchanged_file_is_not_sent_again(stage: Stage, client: httpx.AsyncClient) -> None:
    path = await stored(stage)
    etag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"if-none-match": etag})).status_code == 304
    head = await client.head(path)
    assert (head.status_code, head.headers["content-length"]) == (200, "10")


@pytest.mark.parametrize(
    "path", ["/files/x", "/files/..%2f..%2fetc%2fpasswd", "/files/" + "a" * 48, "/files/%00" + "a" * 30]
)
async def test_an_unknown_file_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]
