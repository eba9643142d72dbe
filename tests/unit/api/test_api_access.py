"""Keys, tokens, and who may see whose requests."""

from __future__ import annotations

import httpx
import pytest
from api_stage import INPUT, Stage

CDN_TOKEN = "/rest/storage/auth/token"


async def make_key(stage: Stage, name: str = "shop") -> str:
    return (await stage.keys.create(name))[1]


async def test_without_keys_nobody_is_asked(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"Authorization": "Key any:thing"}, {"Authorization": "Bearer x"}):
        assert (await client.post("/queue/fashn/tryon", json=INPUT, headers=headers)).status_code == 200


@pytest.mark.parametrize("scheme", ["Key", "key", "Bearer"])
async def test_a_right_key_opens(stage: Stage, client: httpx.AsyncClient, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {await make_key(stage)}"}
    assert (await client.post("/queue/fashn/tryon", json=INPUT, headers=headers)).status_code == 200
    assert (await client.post(CDN_TOKEN, json={}, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Key",
        "Key ",
        "Key id",
        "Key id:",
        "Key :secret",
        "Key id:wrong",
        "Basic eA==",
        "Bearer a.b.c",
        "Key \u00fc:\u00fc",
    ],
)
async def test_a_wrong_key_is_refused(stage: Stage, client: httpx.AsyncClient, header: str | None) -> None:
    await make_key(stage)
    headers = [] if header is None else [(b"authorization", header.encode())]
    app_answer = await client.post("/queue/fashn/tryon", json=INPUT, headers=headers)
    run_answer = await client.post("/run/fashn/tryon", json=INPUT, headers=headers)
    for answer in (app_answer, run_answer):
        assert answer.status_code == 401
        assert answer.json()["detail"].startswith('Cannot access application "fashn/tryon". Authentication is required')
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-fal-request-id"]
    for path in (
        CDN_TOKEN,
        "/rest/storage/upload/initiate",
        "/rest/tokens/",
        "/files/upload",
        "/files/upload/multipart",
    ):
        assert (await client.post(path, json={}, headers=headers)).status_code == 401
    assert await stage.jobs.queue_length() == 0


async def test_a_rest_call_without_a_header_is_told_so(stage: Stage, client: httpx.AsyncClient) -> None:
    await make_key(stage)
    assert (await client.post(CDN_TOKEN, json={})).json() == {"detail": "Authorization header is required"}


async def test_a_key_with_a_secret_of_another_is_refused(stage: Stage, client: httpx.AsyncClient) -> None:
    one, other = (await make_key(stage)).split(":"), (await make_key(stage)).split(":")
    headers = {"Authorization": f"Key {one[0]}:{other[1]}"}
    assert (await client.post("/queue/fashn/tryon", json=INPUT, headers=headers)).status_code == 401


async def test_requests_of_others_are_not_found(stage: Stage, client: httpx.AsyncClient) -> None:
    mine = {"Authorization": f"Key {await make_key(stage)}"}
    other = {"Authorization": f"Key {await make_key(stage)}"}
    body = (await client.post("/queue/fashn/tryon", json=INPUT, headers=mine)).json()
    assert (await client.get(body["status_url"], headers=mine)).status_code == 202
    for method, url in (("GET", body["status_url"]), ("GET", body["response_url"]), ("PUT", body["cancel_url"])):
        assert (await client.request(method, url, headers=other)).status_code == 404
        assert (await client.request(method, url)).status_code == 401


async def test_a_temporary_token_opens_its_app_only(stage: Stage, client: httpx.AsyncClient) -> None:
    key = {"Authorization": f"Key {await make_key(stage)}"}
    answer = await client.post("/rest/tokens/", json={"allowed_apps": ["tryon"], "token_expiration": 60}, headers=key)
    token = answer.json()
    assert isinstance(token, str)
    other = (await client.post("/rest/tokens/realtime", json={"allowed_apps": ["fal-ai/x"]}, headers=key)).json()[
        "token"
    ]
    submit = {"Authorization": f"Bearer {token}"}
    body = (await client.post("/queue/fashn/tryon", json=INPUT, headers=submit)).json()
    by_query = await client.get(body["status_url"], params={"fal_jwt_token": token})
    assert by_query.status_code == 202
    assert (await client.get(body["status_url"], headers=key)).status_code == 202  # the token acts for its key
    assert (await client.get(body["status_url"], params={"fal_jwt_token": other})).status_code == 401
    assert (await client.post(CDN_TOKEN, json={}, headers=submit)).status_code == 401


@pytest.mark.parametrize(
    "wish",
    [
        {"allowed_apps": "tryon"},
        {"allowed_apps": [1]},
        {"token_expiration": -1},
        {"token_expiration": "x"},
        {"token_expiration": 1e9},
    ],
)
async def test_a_token_that_cannot_be_made_is_refused(client: httpx.AsyncClient, wish: dict[str, object]) -> None:
    assert (await client.post("/rest/tokens/", json=wish)).status_code == 422


async def test_files_are_public(stage: Stage, client: httpx.AsyncClient) -> None:
    await make_key(stage)
    blob = await stage.blobs.put(b"x", "image/png", "a.png")
    assert (await client.get(f"/files/{blob.key}")).status_code == 200


async def test_the_proxy_opens_nothing_that_a_key_guards(stage: Stage, client: httpx.AsyncClient) -> None:
    await make_key(stage)
    headers = {"x-fal-target-url": "https://queue.fal.run/fashn/tryon"}
    assert (await client.post("/api/fal/proxy", json=INPUT, headers=headers)).status_code == 401
