"""A fresh database for each test: SQLite in a file, or the one that VESTURE_TEST_DATABASE_URL names.

A named PostgreSQL database is emptied before each test.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from vesture.store.database import Database
from vesture.store.jobs import SqlJobStore


@pytest.fixture
async def database_url(tmp_path: Path) -> str:
    url = os.environ.get("VESTURE_TEST_DATABASE_URL")
    if not url:
        return f"sqlite:///{tmp_path}/vesture.sqlite3"
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        await connection.execute(sa.text("CREATE SCHEMA public"))
    await engine.dispose()
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await Database.open(database_url)
    yield database
    await database.close()


@pytest.fixture
def store(database: Database) -> SqlJobStore:
    return SqlJobStore(database, retry_delay_seconds=0.0)
