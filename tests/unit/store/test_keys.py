from __future__ import annotations

import pytest
import sqlalchemy as sa

from vesture.store.database import Database
from vesture.store.keys import KeyStore
from vesture.store.schema import api_keys


@pytest.fixture
def keys(database: Database) -> KeyStore:
    return KeyStore(database)


async def test_a_credential_is_verified(keys: KeyStore) -> None:
    key, credential = await keys.create("shop")
    assert credential.startswith(f"{key.id}:")
    assert await keys.verify(*credential.split(":")) == key.id
    assert await keys.verify(*credential.split(":")) == key.id


async def test_wrong_credentials_are_refused(keys: KeyStore) -> None:
    key, credential = await keys.create("shop")
    other, _ = await keys.create("other")
    secret = credential.partition(":")[2]
    for wrong_id in ("", other.id, "unknown", "x" * 999, "'; DROP TABLE api_keys; --"):
        assert await keys.verify(wrong_id, secret) is None, wrong_id
    for wrong_secret in ("", secret + "x", secret[:-1], "\ud800", "x" * 100_000):
        assert await keys.verify(key.id, wrong_secret) is None, wrong_secret


async def test_the_secret_is_not_stored(keys: KeyStore, database: Database) -> None:
    _, credential = await keys.create("shop")
    secret = credential.partition(":")[2]
    async with database.read() as connection:
        row = (await connection.execute(sa.select(api_keys))).one()
    assert not any(secret in str(value) for value in row)


async def test_a_revoked_key_ends(keys: KeyStore, database: Database) -> None:
    key, credential = await keys.create("shop")
    assert await keys.verify(*credential.split(":")) == key.id
    assert await keys.revoke(key.id)
    assert not await keys.revoke(key.id)
    assert not await keys.revoke("unknown")
    assert await keys.verify(*credential.split(":")) is None
    assert await KeyStore(database).verify(*credential.split(":")) is None
    assert [(listed.id, listed.name, listed.revoked_at is not None) for listed in await keys.list()] == [
        (key.id, "shop", True)
    ]


async def test_another_process_hears_of_a_revoked_key_when_its_memory_ends(keys: KeyStore, database: Database) -> None:
    forgetful = KeyStore(database, cache_seconds=-1.0)
    key, credential = await keys.create("shop")
    assert await forgetful.verify(*credential.split(":")) == key.id
    await keys.revoke(key.id)
    assert await forgetful.verify(*credential.split(":")) is None


async def test_keys_are_required_once_one_was_made(keys: KeyStore) -> None:
    assert not await keys.required()
    key, _ = await keys.create("shop")
    assert await keys.required()
    await keys.revoke(key.id)
    assert await keys.required()
