"""The preview of a running job: the latest picture of what its result will look like.

Takes: steps that carry a preview, at any rate. Stores the newest when the store has time and passes over those in
between. The files live for minutes, so nobody has to remember to delete them.
"""

from __future__ import annotations

import asyncio
import logging
import secrets

from vesture.core.job import Claim
from vesture.core.ports import BlobStore, JobStore
from vesture.core.task import Step

log = logging.getLogger(__name__)

LIFETIME_SECONDS = 600.0


class JobPreview:
    """Shows the previews of one claim."""

    def __init__(self, store: JobStore, blobs: BlobStore, claim: Claim) -> None:
        self._store = store
        self._blobs = blobs
        self._claim = claim
        self._newest: Step | None = None
        self._writer: asyncio.Task[None] | None = None

    def show(self, step: Step) -> None:
        """Let the preview of `step` be the one that is shown, soon."""
        self._newest = step
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Show nothing more; what is not stored yet is dropped."""
        self._newest = None
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait([self._writer])

    async def _write(self) -> None:
        while self._newest is not None:
            step, self._newest = self._newest, None
            try:
                await self._store_one(step)
            except Exception:  # a preview is not worth a job
                log.exception("A preview of %s is lost", self._claim.job.request_id)

    async def _store_one(self, step: Step) -> None:
        if step.preview is None:
            return
        name = f"{secrets.token_hex(8)}.jpg"
        blob = await self._blobs.put(step.preview.jpeg, "image/jpeg", name, LIFETIME_SECONDS)
        image = {"key": blob.key, "content_type": "image/jpeg", "file_name": name, "file_size": blob.size}
        preview = {"images": [image], "sample": step.preview.sample, "step": step.index, "steps": step.total}
        await self._store.show_preview(self._claim, preview)
