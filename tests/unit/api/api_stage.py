"""One service in a test: the edge over the real stores (SQLite and a folder), without sockets and without a worker.

Tests play the worker themselves, through the same port that it uses.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from vesture.api.app import create_app
from vesture.api.edge import Limits
from vesture.core.job import Claim, JobError
from vesture.store.blobs import ObjectBlobStore
from vesture.store.database import Database
from vesture.store.jobs import SqlJobStore
from vesture.store.keys import KeyStore

BASE = "http://tryon.test"
INPUT = {"model_image": "https://example.com/a.jpg", "garment_image": "https://example.com/b.jpg", "category": "tops"}
LIMITS = Limits(body_max_bytes=200_000, upload_max_bytes=300_000, max_queue_length=5, sync_timeout_seconds=10)


Submit = Callable[..., Any]


class Stage:
    """One service in a test: its ports, its application, a client, and the hands of a worker."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.jobs = SqlJobStore(database)
        self.blobs = ObjectBlobStore.open(folder, 3600)
        self.keys = KeyStore(database, cache_seconds=0)

    def app(self, **changes: Any) -> FastAPI:
        given: dict[str, Any] = {
            "jobs": self.jobs,
            "blobs": self.blobs,
            "keys": self.keys,
            "version": "1.2.3",
            "limits": LIMITS,
            "signing_secret": b"a secret of the tests",
        }
        return create_app(**{**given, **changes})

    def client(self, base: str = BASE, headers: dict[str, str] | None = None, **changes: Any) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app(**changes))
        return httpx.AsyncClient(transport=transport, base_url=base, headers=headers, timeout=20)

    async def claim(self) -> Claim:
        claim = await self.jobs.claim("test", 30)
        assert claim is not None
        return claim

    async def log(self, claim: Claim, *messages: str) -> None:
        assert await self.jobs.log(claim, [(1_700_000_000.25, "INFO", message) for message in messages])

    async def show(self, claim: Claim, step: int) -> str:
        """Show a preview; returns the key of its picture."""
        blob = await self.blobs.put(f"preview {step}".encode(), "image/jpeg", "preview.jpg")
        image = {"key": blob.key, "content_type": "image/jpeg", "file_name": "preview.jpg", "file_size": blob.size}
        assert await self.jobs.show_preview(claim, {"images": [image], "sample": 0, "step": step, "steps": 10})
        return blob.key

    async def dress(self, claim: Claim, data: bytes = b"a picture") -> str:
        """End a job well; returns the key of its picture."""
        blob = await self.blobs.put(data, "image/png", "tryon.png")
        image = {"key": blob.key, "content_type": "image/png", "file_name": "tryon.png", "file_size": len(data)}
        result = {"images": [{**image, "width": 3, "height": 4}]}
        assert await self.jobs.finish(claim, result=result, metrics={"inference_time": 1.5})
        return blob.key

    async def fail(self, claim: Claim, error: JobError) -> None:
        assert await self.jobs.finish(claim, error=error)
