"""Files in an object store: the same promises as in a folder, against a real S3-compatible server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from local_s3 import BUCKET, LocalS3, local_s3

from vesture.core.ports import Blob
from vesture.store.blobs import ObjectBlobStore


@pytest.fixture(scope="module")
def s3() -> Iterator[LocalS3]:
    with local_s3() as server:
        yield server


@pytest.fixture
def blobs(s3: LocalS3, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ObjectBlobStore:
    """A store in a folder of its own in the bucket; credentials come as for the provider's own tools."""
    for name, value in s3.variables.items():
        monkeypatch.setenv(name, value)
    return ObjectBlobStore.open(f"s3://{BUCKET}/{request.node.name}", 3600)


async def test_a_file_comes_back_with_its_description(blobs: ObjectBlobStore, s3: LocalS3) -> None:
    put = await blobs.put(b"\x89PNG", "image/png", "shirt ü.png")
    assert put == Blob(put.key, "image/png", 4, "shirt ü.png")
    assert await blobs.get(put.key) == (put, b"\x89PNG")
    assert sorted(s3.objects())[:1] == [f"test_a_file_comes_back_with_its_description/about/{put.key[:2]}/{put.key}"]


async def test_a_large_file_comes_back_whole(blobs: ObjectBlobStore) -> None:
    data = bytes(range(256)) * 50_000  # 12.8 MB: goes up in parts
    put = await blobs.put(data, "image/png", "large.png")
    assert await blobs.get(put.key) == (put, data)


async def test_deleted_and_unknown_files_are_absent(blobs: ObjectBlobStore, s3: LocalS3) -> None:
    put = await blobs.put(b"a", "text/plain", "a.txt")
    await blobs.delete(put.key)
    await blobs.delete(put.key)
    assert await blobs.get(put.key) is None
    assert await blobs.get("unknown-but-wellformed") is None
    assert not [key for key in s3.objects() if put.key in key]


async def test_only_files_whose_lifetime_is_over_are_pruned(blobs: ObjectBlobStore, s3: LocalS3) -> None:
    kept = await blobs.put(b"kept", "text/plain", "kept.txt")
    gone = [await blobs.put(b"gone", "text/plain", f"{number}.txt", -1.0) for number in range(3)]
    assert await blobs.get(gone[0].key) is None
    assert await blobs.prune() == 3
    assert await blobs.prune() == 0
    assert await blobs.get(kept.key) == (kept, b"kept")
    assert not [key for key in s3.objects() if gone[0].key in key]


async def test_many_at_once(blobs: ObjectBlobStore) -> None:
    put = await asyncio.gather(*(blobs.put(str(number).encode(), "text/plain", "n") for number in range(40)))
    found = await asyncio.gather(*(blobs.get(blob.key) for blob in put))
    assert [entry and entry[1] for entry in found] == [str(number).encode() for number in range(40)]


async def test_without_a_bucket_it_is_told(blobs: ObjectBlobStore) -> None:
    with pytest.raises(Exception, match="NoSuchBucket"):
        await ObjectBlobStore.open("s3://nowhere/folder").put(b"a", "text/plain", "a.txt")
