from __future__ import annotations

from pathlib import Path

import pytest

from vesture.core.file_urls import KEY_PATTERN, new_key
from vesture.core.ports import Blob
from vesture.store.blobs import ObjectBlobStore

STRANGE_KEYS = [
    "",
    "unknown-but-wellformed",
    "../../etc/passwd",
    "..%2f..%2fsecret-secret",
    "/etc/passwd/etc/passwd",
    "aaaaaaaaaaaaaaaaaaaaaaaa/../b",
    "aaaaaaaaaaaaaaaaaaaaaaaa\n",
    "aaaaaaaaaaaaaaaaaaaaaaaa\x00",
    "a" * 500,
    "ключключключключключ",
]


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def blobs(tmp_path: Path) -> ObjectBlobStore:
    return ObjectBlobStore.open(tmp_path / "files")


async def test_a_file_comes_back_with_its_description(blobs: ObjectBlobStore, tmp_path: Path) -> None:
    put = await blobs.put(b"\x89PNG", "image/png", "shirt ü.png")
    assert KEY_PATTERN.fullmatch(put.key)
    assert put == Blob(put.key, "image/png", 4, "shirt ü.png")
    other_process = ObjectBlobStore.open(tmp_path / "files")
    assert await other_process.get(put.key) == (put, b"\x89PNG")


async def test_two_files_never_share_a_key(blobs: ObjectBlobStore) -> None:
    keys = {(await blobs.put(b"same", "image/png", "a.png")).key for _ in range(50)}
    assert len(keys) == 50


async def test_an_upload_may_have_its_key_beforehand(blobs: ObjectBlobStore) -> None:
    key = new_key("a.txt")
    assert await blobs.get(key) is None
    await blobs.put(b"a", "text/plain", "a.txt", key=key)
    found = await blobs.get(key)
    assert found is not None
    assert found[1] == b"a"


async def test_an_empty_file_is_a_file(blobs: ObjectBlobStore) -> None:
    put = await blobs.put(b"", "text/plain", "empty")
    assert await blobs.get(put.key) == (put, b"")


@pytest.mark.parametrize("key", STRANGE_KEYS)
async def test_no_key_leads_out_of_the_folder(blobs: ObjectBlobStore, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text("secret")
    assert await blobs.get(key) is None
    await blobs.delete(key)
    if key != "unknown-but-wellformed":
        with pytest.raises(ValueError, match="not a key"):
            await blobs.put(b"x", "text/plain", "x", key=key)
    assert files_in(tmp_path) == ["secret"]


async def test_an_expired_file_is_gone_and_then_removed(tmp_path: Path) -> None:
    blobs = ObjectBlobStore.open(tmp_path, lifetime_seconds=-1.0)
    expired = await blobs.put(b"old", "text/plain", "old")
    fresh = await blobs.put(b"new", "text/plain", "new", lifetime_seconds=1000.0)
    assert await blobs.get(expired.key) is None
    assert await blobs.prune() == 1
    assert await blobs.prune() == 0
    assert await blobs.get(fresh.key) is not None
    assert len(files_in(tmp_path)) == 2


async def test_a_deleted_file_is_gone(blobs: ObjectBlobStore) -> None:
    put = await blobs.put(b"a", "text/plain", "a")
    await blobs.delete(put.key)
    await blobs.delete(put.key)
    assert await blobs.get(put.key) is None


async def test_a_file_whose_writing_was_cut_off_is_none_and_goes(tmp_path: Path) -> None:
    blobs = ObjectBlobStore.open(tmp_path, lifetime_seconds=-1.0)
    put = await blobs.put(b"a", "text/plain", "a")
    next((tmp_path / "data").rglob(put.key)).unlink()
    assert await blobs.get(put.key) is None
    assert await blobs.prune() == 1
    assert files_in(tmp_path) == []


async def test_a_damaged_file_is_not_served(blobs: ObjectBlobStore, tmp_path: Path) -> None:
    put = await blobs.put(b"whole", "text/plain", "a")
    data = next((tmp_path / "files" / "data").rglob(put.key))
    data.write_bytes(b"")
    assert await blobs.get(put.key) is None
