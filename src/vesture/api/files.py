"""Stored files, for everyone who knows their address: type, length, ranges, and no way to run in a browser."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from vesture.api.answers import Refusal
from vesture.api.edge import edge_of
from vesture.core.file_urls import KEY_PATTERN

RANGE_PATTERN = re.compile(r"bytes=(\d*)-(\d*)")
SAFETY_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",  # uploads may be HTML
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
}


async def download(request: Request) -> Response:
    """A file, or the part of it that a Range header asks for.

    Raises:
        Refusal: 404, no such file; 416, the range lies outside of it.
    """
    key = request.path_params["key"]
    found = await edge_of(request).blobs.get(key) if KEY_PATTERN.fullmatch(key) else None
    if found is None:
        raise Refusal(404, {"detail": "No such file: its address is unknown or it has expired"})
    blob, data = found
    etag = f'"{blob.key}"'  # a key names the same bytes for ever
    headers = {
        **SAFETY_HEADERS,
        "content-type": blob.content_type,
        "accept-ranges": "bytes",
        "etag": etag,
        "cache-control": "public, max-age=3600, immutable",
    }
    if request.headers.get("if-none-match") in (etag, "*"):
        return Response(status_code=304, headers=headers)
    wanted = _range(request, len(data), etag)
    if wanted is None:
        return Response(data, headers=headers)
    start, end = wanted
    headers["content-range"] = f"bytes {start}-{end - 1}/{len(data)}"
    return Response(data[start:end], 206, headers)


def _range(request: Request, size: int, etag: str) -> tuple[int, int] | None:
    """The half-open range that is asked for; None for the whole file (also when several ranges are wanted)."""
    match = RANGE_PATTERN.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if match is None or match[0] == "bytes=-" or request.headers.get("if-range", etag) != etag:
        return None
    first, last = match.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= size or (first and last and int(last) < start):
        raise Refusal(416, {"detail": "The range lies outside of the file"}, {"content-range": f"bytes */{size}"})
    return start, end
