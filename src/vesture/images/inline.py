"""Photos that stand in the request itself: ``data:`` URIs (RFC 2397) and bare base64."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from vesture.errors import FileDownloadError, FileTooLarge, ImageLoadError

_BLOCK = 1 << 20
_WHITESPACE = re.compile(r"\s+")


def read_data_uri(reference: str, field: str, max_bytes: int) -> bytes:
    """The bytes of a ``data:`` URI, base64 or percent-encoded.

    Raises:
        ImageLoadError: it has no comma, or its base64 is broken.
        FileTooLarge: it holds more than `max_bytes`.
    """
    head, comma, payload = reference.partition(",")
    if not comma:
        raise ImageLoadError(field, f"{field}: the data URI has no comma between its head and its data")
    if head.lower().rstrip().endswith(";base64"):
        if "%" in payload:
            payload = _unquote(payload, 4 * max_bytes, field, max_bytes).decode("ascii", "replace")
        return _decode_base64(payload, field, max_bytes, "the data URI holds broken base64")
    return _unquote(payload, max_bytes, field, max_bytes)


def read_base64(reference: str, field: str, max_bytes: int) -> bytes:
    """The bytes of bare base64.

    Raises:
        FileDownloadError: it is no base64 either.
        FileTooLarge: it holds more than `max_bytes`.
    """
    try:
        content = _decode_base64(reference, field, max_bytes, "")
    except ImageLoadError:
        content = b""
    if not content:
        raise FileDownloadError(field, f"{field} must be an http(s) URL, a data URI or the base64 text of an image")
    return content


def too_large(field: str, max_bytes: int) -> FileTooLarge:
    """The error for a photo with too many bytes."""
    size = f"{max_bytes / 2**20:.0f} MiB" if max_bytes >= 2**20 else f"{max_bytes} bytes"
    return FileTooLarge(field, f"{field} is larger than {size}; send a smaller file", {"max_size": max_bytes})


def _decode_base64(text: str, field: str, max_bytes: int, complaint: str) -> bytes:
    text = _WHITESPACE.sub("", text).rstrip("=").replace("-", "+").replace("_", "/")
    if len(text) * 3 // 4 > max_bytes:
        raise too_large(field, max_bytes)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImageLoadError(field, f"{field}: {complaint}; encode the file's bytes again") from error


def _unquote(text: str, limit: int, field: str, max_bytes: int) -> bytes:
    """Percent-decode block by block: in one go, a text of nothing but escapes takes fifty times its size in memory."""
    if len(text) > 3 * limit:
        raise too_large(field, max_bytes)
    content = bytearray()
    start = 0
    while start < len(text):
        end = min(start + _BLOCK, len(text))
        cut = text.rfind("%", end - 2, end) if end < len(text) else -1
        end = cut if cut > start else end
        content += unquote_to_bytes(text[start:end])
        start = end
    if len(content) > limit:
        raise too_large(field, max_bytes)
    return bytes(content)
