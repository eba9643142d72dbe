"""Secrets of the service itself, kept in its database so that all its processes share them.

Takes: an open `Database` and a name. Gives: 32 random bytes, the same ones for ever. Two names are in use:
``"webhooks"`` (an Ed25519 key) and ``"tokens"`` (the edge's signatures).
"""

from __future__ import annotations

import secrets
import time

import sqlalchemy as sa

from vesture.store.database import Database
from vesture.store.schema import server_secrets
from vesture.store.transactions import whole


@whole
async def server_secret(database: Database, name: str) -> bytes:
    """The secret called `name`, made when it is first asked for."""
    select = sa.select(server_secrets.c.secret).where(server_secrets.c.name == name)
    async with database.read() as connection:
        found = (await connection.execute(select)).scalar_one_or_none()
    if found is None:
        made = {"name": name, "secret": secrets.token_hex(32), "created_at": time.time()}
        try:
            async with database.write() as connection:
                await connection.execute(sa.insert(server_secrets).values(**made))
        except sa.exc.IntegrityError:
            pass  # another process was faster; its secret is the one
        async with database.read() as connection:
            found = (await connection.execute(select)).scalar_one()
    return bytes.fromhex(found)
