"""Claims jobs until none is left and prints their ids: `python claim_everything.py DATABASE_URL NAME`."""

from __future__ import annotations

import asyncio
import sys

from vesture.store.database import Database
from vesture.store.jobs import SqlJobStore


async def main(url: str, name: str) -> None:
    store = SqlJobStore(await Database.open(url))
    print("ready", flush=True)
    sys.stdin.readline()
    while (claim := await store.claim(name, 1000.0)) is not None:
        print(claim.job.request_id, flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
