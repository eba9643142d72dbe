"""Files by key, in a folder or an object store: `BlobStore` of `vesture.core.ports`, over obstore.

Takes: bytes. Gives: `Blob` and bytes, until the file's lifetime is over. Knows nothing about URLs or jobs.

A file is two objects, ``about/ab/abc…`` (JSON: content type, name, size, expiry) and ``data/ab/abc…``. Each is written
whole or not at all, the data last and removed first: whatever is cut off in between leaves a description without its
data, which is no file yet and goes with `prune`. A key is checked against `KEY_PATTERN` before it becomes part of a
path.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore, from_url

from vesture.core.file_urls import KEY_PATTERN, new_key
from vesture.core.ports import Blob


class ObjectBlobStore:
    """Files in an object store.

    Args:
        objects: an obstore store.
        lifetime_seconds: of files that are stored without one of their own; None: they stay.
    """

    def __init__(self, objects: Any, lifetime_seconds: float | None = None) -> None:
        self._objects = objects
        self._lifetime_seconds = lifetime_seconds

    @classmethod
    def open(cls, place: Path | str, lifetime_seconds: float | None = None) -> ObjectBlobStore:
        """Files in a folder (a `Path`, made when it is not there) or at a URL (``s3://bucket/folder``, ``gs://``,
        ``az://``; credentials as the provider's own tools find them)."""
        if isinstance(place, Path):
            return cls(LocalStore(place, mkdir=True), lifetime_seconds)
        return cls(from_url(place), lifetime_seconds)

    async def put(
        self,
        data: bytes,
        content_type: str,
        file_name: str,
        lifetime_seconds: float | None = None,
        *,
        key: str | None = None,
    ) -> Blob:
        """Store a file, under `key` (a `new_key` that was given out before) or a new one.

        Raises:
            ValueError: `key` is none that `new_key` makes.
        """
        key = new_key(file_name) if key is None else key
        if not KEY_PATTERN.fullmatch(key):
            raise ValueError("not a key of a stored file")
        lifetime = self._lifetime_seconds if lifetime_seconds is None else lifetime_seconds
        about = {
            "content_type": content_type,
            "file_name": file_name,
            "size": len(data),
            "expires_at": None if lifetime is None else time.time() + lifetime,
        }
        await obstore.put_async(self._objects, _about_path(key), json.dumps(about).encode())
        await obstore.put_async(self._objects, _data_path(key), data)
        return _blob(key, about)

    async def get(self, key: str) -> tuple[Blob, bytes] | None:
        """The file, or None when it is unknown or expired."""
        about = await self._about(key)
        if about is None or _expired(about, time.time()):
            return None
        data = await self._read(_data_path(key))
        if data is None or len(data) != about["size"]:  # a folder does not promise to survive a power cut whole
            return None
        return _blob(key, about), data

    async def delete(self, key: str) -> None:
        """Remove the file; it need not exist."""
        if KEY_PATTERN.fullmatch(key):
            for path in (_data_path(key), _about_path(key)):
                await self._remove(path)

    async def prune(self) -> int:
        """Remove the files whose lifetime is over; returns how many."""
        removed = 0
        now = time.time()
        async for page in obstore.list(self._objects, prefix="about"):
            for entry in page:
                key = str(entry["path"]).rsplit("/", 1)[-1]
                about = await self._about(key)
                if about is not None and _expired(about, now):
                    await self.delete(key)
                    removed += 1
        return removed

    async def _about(self, key: str) -> dict[str, Any] | None:
        data = await self._read(_about_path(key)) if KEY_PATTERN.fullmatch(key) else None
        if not data:
            return None
        about: dict[str, Any] = json.loads(data)
        return about

    async def _read(self, path: str) -> bytes | None:
        try:
            answer = await obstore.get_async(self._objects, path)
            return bytes(await answer.bytes_async())
        except FileNotFoundError:
            return None

    async def _remove(self, path: str) -> None:
        try:
            await obstore.delete_async(self._objects, path)
        except FileNotFoundError:
            return


def _data_path(key: str) -> str:
    return f"data/{key[:2]}/{key}"


def _about_path(key: str) -> str:
    return f"about/{key[:2]}/{key}"


def _blob(key: str, about: dict[str, Any]) -> Blob:
    return Blob(key, about["content_type"], about["size"], about["file_name"])


def _expired(about: dict[str, Any], now: float) -> bool:
    return about["expires_at"] is not None and float(about["expires_at"]) <= now
