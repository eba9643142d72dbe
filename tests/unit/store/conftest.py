"""An open, empty database for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fresh_database import fresh_database

from vesture.store.database import Database
from vesture.store.jobs import SqlJobStore


@pytest.fixture
async def database_url(tmp_path: Path) -> str:
    return await fresh_database(tmp_path)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await Database.open(database_url)
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> SqlJobStore:
    return SqlJobStore(database, retry_delay_seconds=0.0)
