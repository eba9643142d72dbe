"""Uploads: fal's REST calls (initiate, then PUT to a signed address) and its CDN calls (token, then POST).

Nothing is remembered between the calls of an upload: its address or id is a sealed grant that says which key it may
fill, with what type, for how long. Parts of a large file are stored under names derived from that key, and joined in
the order of their numbers.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vesture.api.answers import Refusal
from vesture.api.auth import CDN_PURPOSE, authorize_rest, authorize_upload, make_token
from vesture.api.bodies import read_body, read_json_object
from vesture.api.edge import Edge, edge_of
from vesture.api.fal_schema import read_lifetime
from vesture.api.gateway import addresses_of
from vesture.core.file_urls import file_url, new_key

GRANT_PURPOSE = "upload"
GRANT_SECONDS = 3600.0
CDN_TOKEN_SECONDS = 12 * 3600.0
TOKEN_SECONDS = 120.0
MAX_TOKEN_SECONDS = 3600.0
MAX_PART_NUMBER = 10_000
SMALL_BODY_BYTES = 1024 * 1024
STORAGE_TYPES = frozenset({"fal-cdn-v3", "fal-cdn", "gcs"})
OCTETS = "application/octet-stream"
CONTENT_TYPE_PATTERN = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,80}(;[ A-Za-z0-9=._\"+-]{0,80})?")


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to fill one key with one file."""

    key: str
    content_type: str
    lifetime_seconds: float

    def seal(self, edge: Edge) -> str:
        claims = {"key": self.key, "type": self.content_type, "lifetime": self.lifetime_seconds}
        return edge.signer.seal(GRANT_PURPOSE, claims, GRANT_SECONDS)


def _new_grant(request: Request, content_type: object, file_name: object) -> Grant:
    edge = edge_of(request)
    wish = request.headers.get("x-fal-object-lifecycle") or request.headers.get("x-fal-object-lifecycle-preference")
    return Grant(
        key=new_key(file_name if isinstance(file_name, str) else ""),
        content_type=_clean_content_type(content_type),
        lifetime_seconds=read_lifetime(wish) or edge.limits.upload_lifetime_seconds,
    )


def _clean_content_type(value: object) -> str:
    return value if isinstance(value, str) and CONTENT_TYPE_PATTERN.fullmatch(value) else OCTETS


def _opened_grant(request: Request, token: str) -> Grant:
    """The grant of `token`, which must be for the key of the path.

    Raises:
        Refusal: 403, it is not ours, expired, or for another key.
    """
    claims = edge_of(request).signer.open(GRANT_PURPOSE, token)
    if claims is None or claims["key"] != request.path_params["key"]:
        raise Refusal(403, {"detail": "The upload address is not valid or has expired; initiate the upload again"})
    return Grant(claims["key"], claims["type"], claims["lifetime"])


async def initiate(request: Request) -> Response:
    """Give out the address of a file and a signed address to which it is PUT, whole or in parts."""
    await authorize_rest(request)
    if request.query_params.get("storage_type", "fal-cdn-v3") not in STORAGE_TYPES:
        raise Refusal(400, {"detail": f"storage_type must be one of {', '.join(sorted(STORAGE_TYPES))}"})
    wish = await read_json_object(request, SMALL_BODY_BYTES)
    grant = _new_grant(request, wish.get("content_type"), wish.get("file_name"))
    url = file_url(addresses_of(request).files, grant.key)
    return JSONResponse({"file_url": url, "upload_url": f"{url}?signature={grant.seal(edge_of(request))}"})


async def put_file(request: Request) -> Response:
    """Take the bytes of an initiated upload."""
    grant = _opened_grant(request, request.query_params.get("signature", ""))
    await _store(request, grant, await _read_upload(request))
    return Response(status_code=200)


async def put_signed_part(request: Request) -> Response:
    """Take one part of an initiated upload."""
    return await _put_part(request, _opened_grant(request, request.query_params.get("signature", "")))


async def complete_signed(request: Request) -> Response:
    """Join the parts of an initiated upload."""
    return await _complete(request, _opened_grant(request, request.query_params.get("signature", "")))


async def cdn_token(request: Request) -> Response:
    """A token for the CDN calls below."""
    owner = await authorize_rest(request)
    token = edge_of(request).signer.seal(CDN_PURPOSE, {"owner": owner}, CDN_TOKEN_SECONDS)
    now = datetime.now(UTC).replace(microsecond=0)
    return JSONResponse(
        {
            "token": token,
            "token_type": "Bearer",
            "base_url": addresses_of(request).files,
            "created_at": now.isoformat(),
            "expires_at": (now + timedelta(seconds=CDN_TOKEN_SECONDS)).isoformat(),
        }
    )


async def cdn_upload(request: Request) -> Response:
    """Store the body as a file."""
    await authorize_upload(request)
    headers = request.headers
    grant = _new_grant(request, headers.get("content-type"), headers.get("x-fal-file-name"))
    await _store(request, grant, await _read_upload(request))
    return JSONResponse({"access_url": file_url(addresses_of(request).files, grant.key), "uploaded": True})


async def cdn_initiate_multipart(request: Request) -> Response:
    """Give out the address of a file and an id under which its parts are sent."""
    await authorize_upload(request)
    headers = request.headers
    grant = _new_grant(request, headers.get("content-type"), headers.get("x-fal-file-name"))
    url = file_url(addresses_of(request).files, grant.key)
    return JSONResponse({"access_url": url, "uploadId": grant.seal(edge_of(request))})


async def put_cdn_part(request: Request) -> Response:
    """Take one part of a CDN upload."""
    await authorize_upload(request)
    return await _put_part(request, _opened_grant(request, request.path_params["upload_id"]))


async def complete_cdn(request: Request) -> Response:
    """Join the parts of a CDN upload."""
    await authorize_upload(request)
    return await _complete(request, _opened_grant(request, request.path_params["upload_id"]))


async def temporary_token(request: Request) -> Response:
    """A token for sockets and streams; a bare JSON string, as the clients expect."""
    return JSONResponse(await _token(request, "token_expiration"))


async def realtime_token(request: Request) -> Response:
    """The same in the newer shape."""
    return JSONResponse({"token": await _token(request, "duration")})


async def _token(request: Request, lifetime_field: str) -> str:
    owner = await authorize_rest(request)
    wish = await read_json_object(request, SMALL_BODY_BYTES)
    apps, seconds = wish.get("allowed_apps", []), wish.get(lifetime_field, TOKEN_SECONDS)
    if not isinstance(apps, list) or not all(isinstance(app, str) for app in apps):
        raise Refusal(422, _fault("allowed_apps", "Input should be a list of strings", "list_type"))
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= MAX_TOKEN_SECONDS:
        message = f"Input should be a number of seconds, at most {MAX_TOKEN_SECONDS:g}"
        raise Refusal(422, _fault(lifetime_field, message, "less_than_equal"))
    return make_token(request, owner, apps, float(seconds))


def _fault(field: str, message: str, kind: str) -> dict[str, Any]:
    return {"detail": [{"loc": ["body", field], "msg": message, "type": kind}]}


async def _read_upload(request: Request) -> bytes:
    return await read_body(request, edge_of(request).limits.upload_max_bytes)


async def _store(request: Request, grant: Grant, data: bytes) -> None:
    """Store a file under its granted key, once: a file that was given out never changes."""
    blobs = edge_of(request).blobs
    present = await blobs.get(grant.key)
    if present is None:
        name = grant.key.split("_", 1)[-1]
        await blobs.put(data, grant.content_type, name, grant.lifetime_seconds, key=grant.key)
    elif present[1] != data:
        raise Refusal(403, {"detail": "This address has been filled already; initiate another upload"})


def _part_key(edge: Edge, grant: Grant, number: int) -> str:
    return f"{edge.signer.name_for(grant.key, number)}_part"


async def _put_part(request: Request, grant: Grant) -> Response:
    edge = edge_of(request)
    number = int(request.path_params["number"])
    if not 1 <= number <= MAX_PART_NUMBER:
        raise Refusal(400, {"detail": f"Part numbers go from 1 to {MAX_PART_NUMBER}"})
    data = await _read_upload(request)
    key = _part_key(edge, grant, number)
    await edge.blobs.delete(key)  # a part may be sent again
    await edge.blobs.put(data, OCTETS, "part", edge.limits.upload_lifetime_seconds, key=key)
    etag = f'"{hashlib.sha256(data).hexdigest()}"'
    return JSONResponse({"partNumber": number, "etag": etag}, headers={"etag": etag})


async def _complete(request: Request, grant: Grant) -> Response:
    edge = edge_of(request)
    numbers = _part_numbers(await read_json_object(request, SMALL_BODY_BYTES))
    joined = bytearray()
    for number, etag in sorted(numbers.items()):
        part = await edge.blobs.get(_part_key(edge, grant, number))
        if part is None or (etag and etag.strip('"') != hashlib.sha256(part[1]).hexdigest()):
            raise Refusal(400, {"detail": f"Part {number} was not received, or is another than its etag says"})
        joined += part[1]
        if len(joined) > edge.limits.upload_max_bytes:
            raise Refusal(413, {"detail": f"The file has more than {edge.limits.upload_max_bytes} bytes"})
    await _store(request, grant, bytes(joined))
    for number in numbers:
        await edge.blobs.delete(_part_key(edge, grant, number))
    return JSONResponse({"access_url": file_url(addresses_of(request).files, grant.key), "uploaded": True})


def _part_numbers(body: dict[str, Any]) -> dict[int, str]:
    """Numbers and etags of the listed parts.

    Raises:
        Refusal: 422, the list is missing, empty or malformed.
    """
    parts = body.get("parts")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise Refusal(422, _fault("parts", "Input should be a list of parts", "list_type"))
    numbers = [part.get("partNumber") for part in parts]
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        raise Refusal(422, _fault("parts", "Every part needs a partNumber", "int_type"))
    return {number: str(part.get("etag") or "") for number, part in zip(numbers, parts, strict=True)}
