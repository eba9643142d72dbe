"""API keys ``id:secret``: made, listed, revoked, verified.

Takes: an open `Database`. Gives: key ids. The secret is shown once, when the key is made; stored is its SHA-256,
which is enough for a random value of 256 bits.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from vesture.store.database import Database
from vesture.store.schema import api_keys
from vesture.store.transactions import whole

CACHE_SECONDS = 5.0
_MOST_CACHED = 10_000


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it may be shown. Times are seconds since the epoch, UTC."""

    id: str
    name: str
    created_at: float
    revoked_at: float | None


class KeyStore:
    """API keys in the database.

    Args:
        cache_seconds: how long an answer about a key id is remembered; a revoked key works at most that much longer.
    """

    def __init__(self, database: Database, *, cache_seconds: float = CACHE_SECONDS) -> None:
        self._database = database
        self._cache_seconds = cache_seconds
        self._hashes: dict[str, tuple[float, str | None]] = {}  # key id: valid until, hash of the secret
        self._required: tuple[float, bool] | None = None

    @whole
    async def create(self, name: str) -> tuple[ApiKey, str]:
        """A new key and its credential ``id:secret``, which cannot be had again."""
        key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        row = {"id": key_id, "name": name, "created_at": time.time(), "revoked_at": None}
        async with self._database.write() as connection:
            await connection.execute(sa.insert(api_keys).values(secret_hash=_hash(secret), **row))
        self._required = None
        return ApiKey(**row), f"{key_id}:{secret}"  # type: ignore[arg-type]

    @whole
    async def list(self) -> Sequence[ApiKey]:
        """All keys, revoked ones too, oldest first."""
        columns = (api_keys.c.id, api_keys.c.name, api_keys.c.created_at, api_keys.c.revoked_at)
        async with self._database.read() as connection:
            rows = await connection.execute(sa.select(*columns).order_by(api_keys.c.created_at, api_keys.c.id))
            return [ApiKey(*row) for row in rows]

    @whole
    async def revoke(self, key_id: str) -> bool:
        """End a key. False: there is no such key in force."""
        in_force = sa.and_(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        async with self._database.write() as connection:
            revoked = await connection.execute(sa.update(api_keys).where(in_force).values(revoked_at=time.time()))
        self._hashes.pop(key_id, None)
        return revoked.rowcount > 0

    @whole
    async def required(self) -> bool:
        """Whether requests must carry a key: true once any was made. Revoking the last one does not open the door."""
        now = time.monotonic()
        if self._required is None or self._required[0] < now:
            async with self._database.read() as connection:
                found = (await connection.execute(sa.select(api_keys.c.id).limit(1))).first() is not None
            self._required = (now + self._cache_seconds, found)
        return self._required[1]

    async def verify(self, key_id: str, secret: str) -> str | None:
        """The id of the key when the secret is right and the key is in force, else None."""
        if not 0 < len(key_id) <= 64:
            return None
        expected = await self._secret_hash(key_id)
        given = _hash(secret)
        if expected is None or not hmac.compare_digest(expected, given):
            return None
        return key_id

    @whole
    async def _secret_hash(self, key_id: str) -> str | None:
        now = time.monotonic()
        cached = self._hashes.get(key_id)
        if cached is not None and cached[0] >= now:
            return cached[1]
        select = sa.select(api_keys.c.secret_hash).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
        async with self._database.read() as connection:
            found = (await connection.execute(select)).scalar_one_or_none()
        if len(self._hashes) >= _MOST_CACHED:  # strangers may try as many ids as they like
            self._hashes.clear()
        self._hashes[key_id] = (now + self._cache_seconds, found)
        return found


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
