"""An empty database for each test: SQLite in a file, or the PostgreSQL that VESTURE_TEST_DATABASE_URL names.

What the named database holds is lost.
"""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine


async def fresh_database(folder: Path) -> str:
    """The URL of an empty database; a file goes into `folder`."""
    url = os.environ.get("VESTURE_TEST_DATABASE_URL")
    if not url:
        return f"sqlite:///{folder}/vesture.sqlite3"
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        await connection.execute(sa.text("CREATE SCHEMA public"))
    await engine.dispose()
    return url
