"""Reading request bodies within a limit.

A body that is too large is refused by its declared length, or as soon as the limit is passed; at most the limit is
ever held. What is still on its way is thrown away for a while before the answer, since a client that is cut off
while it sends never reads why.
"""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

from starlette.requests import ClientDisconnect, Request

from vesture.api.answers import Refusal

DRAIN_MAX_BYTES = 256 * 1024 * 1024
DRAIN_SECONDS = 20.0


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The body of `request`.

    Raises:
        Refusal: 413, it has more than `max_bytes`; 400, its declared length is not a number.
    """
    declared = request.headers.get("content-length")
    if declared is not None and not declared.isdecimal():
        raise Refusal(400, {"detail": "Content-Length is not a number", "error_type": "bad_request"})
    if declared is not None and int(declared) > max_bytes:
        if request.headers.get("expect", "").lower() != "100-continue":  # such a client waits for leave to send
            await _drain(request)
        raise _too_large(max_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            body.clear()
            await _drain(request)
            raise _too_large(max_bytes)
    return bytes(body)


async def read_json_object(request: Request, max_bytes: int) -> dict[str, Any]:
    """The body of `request`, which is a JSON object; nothing at all counts as an empty one.

    Raises:
        Refusal: 413 as above; 422, the body is not a JSON object.
    """
    body = await read_body(request, max_bytes)
    if not body.strip():
        return {}
    try:
        value = json.loads(body, parse_constant=_no_constant, parse_float=_finite_float)
    except (ValueError, RecursionError):
        raise _not_an_object("The body is not valid JSON", "json_invalid") from None
    if not isinstance(value, dict):
        raise _not_an_object("The body must be a JSON object: the input itself, without an envelope", "dict_type")
    return value


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _finite_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is beyond the range of numbers")
    return value


def _not_an_object(message: str, kind: str) -> Refusal:
    return Refusal(422, {"detail": [{"loc": ["body"], "msg": message, "type": kind}]})


def _too_large(max_bytes: int) -> Refusal:
    detail = f"The request body has more than {max_bytes} bytes; upload large files first and send their URLs"
    return Refusal(413, {"detail": detail, "error_type": "bad_request"}, {"connection": "close"})


async def _drain(request: Request) -> None:
    dropped = 0
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            while dropped < DRAIN_MAX_BYTES:
                message = await request.receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return
                dropped += len(message.get("body", b""))
    except (TimeoutError, ClientDisconnect):
        return
