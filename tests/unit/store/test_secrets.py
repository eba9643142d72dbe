from __future__ import annotations

import asyncio

from vesture.store.database import Database
from vesture.store.secrets import server_secret


async def test_a_secret_stays_the_same_in_all_processes(database: Database, database_url: str) -> None:
    others = [await Database.open(database_url) for _ in range(3)]
    secrets = await asyncio.gather(*(server_secret(opened, "webhooks") for opened in (database, *others)))
    assert len(set(secrets)) == 1
    assert len(secrets[0]) == 32
    assert await server_secret(database, "webhooks") == secrets[0]
    assert await server_secret(database, "tokens") != secrets[0]
    for opened in others:
        await opened.close()
