"""Sealed claims: small JSON objects that clients carry and cannot alter.

Upload addresses, CDN tokens and temporary tokens are such claims, so none of them needs a row in a database.
A seal is HMAC-SHA256 over the purpose, the claims and their expiry.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any


class Signer:
    """Seals and opens claims with one secret (at least 16 bytes; all processes of a service share it)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError(f"the signing secret must have at least 16 bytes, got {len(secret)}")
        self._secret = secret

    def seal(self, purpose: str, claims: Mapping[str, Any], lifetime_seconds: float) -> str:
        """A token of URL-safe characters that `open` accepts for the same purpose until it expires."""
        body = json.dumps({**claims, "exp": time.time() + lifetime_seconds}, separators=(",", ":")).encode()
        return f"{_to_text(body)}.{_to_text(self._mac(purpose, body))}"

    def open(self, purpose: str, token: str) -> dict[str, Any] | None:
        """The claims of a token, or None when it is not ours, for another purpose, or expired."""
        try:
            body, mac = (_to_bytes(part) for part in token.split("."))
        except ValueError:
            return None
        if not hmac.compare_digest(mac, self._mac(purpose, body)):
            return None
        claims: dict[str, Any] = json.loads(body)
        return claims if claims["exp"] > time.time() else None

    def name_for(self, *parts: str | int) -> str:
        """A name that only this service can derive from `parts`: 48 hex digits."""
        return self._mac("name", json.dumps(parts).encode()).hex()[:48]

    def _mac(self, purpose: str, body: bytes) -> bytes:
        return hmac.new(self._secret, purpose.encode() + b"\0" + body, hashlib.sha256).digest()


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
