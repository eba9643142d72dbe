"""Access to the database: SQLite in a file by default, PostgreSQL for many hosts.

Takes: a SQLAlchemy URL. Gives: reading and writing transactions, the clock of the database, a doorbell. On opening
the tables are brought up to date. Knows nothing about jobs.

SQLite runs in WAL mode with ``synchronous=FULL`` (what is committed survives a power cut) and must lie on a local
disk; writers begin with ``BEGIN IMMEDIATE``, so that a transaction that reads first cannot fail when it writes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from vesture.store.doorbell import NOTIFY, PostgresDoorbell, SqliteDoorbell
from vesture.store.migrations import migrate

BUSY_TIMEOUT_SECONDS = 15
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_WRITES = "vesture_writes"


class Doorbell(Protocol):
    async def wait(self, timeout_seconds: float) -> None: ...
    async def close(self) -> None: ...


class Database:
    """An open database; made by `Database.open`, given back by `close`."""

    def __init__(self, engine: AsyncEngine, doorbell: Doorbell | None = None) -> None:
        self._engine = engine
        self._doorbell = doorbell
        # One writer at a time per process: waiting here is fair, while SQLite's waiting is sleeping in steps.
        self._write_lock = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    @classmethod
    async def open(cls, url: str) -> Database:
        """Open the database at `url` (``sqlite:///file`` or ``postgresql://…``) and bring its tables up to date."""
        address = make_url(url)
        address = address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))
        if address.get_backend_name() != "sqlite":
            engine = create_async_engine(address, pool_pre_ping=True, pool_size=10)
            database = cls(engine, PostgresDoorbell(engine))
            await database._migrate()
            return database
        path = _sqlite_path(address)
        database = cls(create_async_engine(address, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}))
        sa.event.listen(database._engine.sync_engine, "connect", _prepare_sqlite)
        sa.event.listen(database._engine.sync_engine, "begin", _begin_sqlite)
        await database._migrate()
        database._doorbell = SqliteDoorbell(path)
        return database

    async def _migrate(self) -> None:
        async with self.write() as connection:
            await migrate(connection, time.time())

    @property
    def dialect(self) -> str:
        """``"sqlite"`` or ``"postgresql"``."""
        return self._engine.dialect.name

    def now(self) -> sa.ColumnElement[float]:
        """The time, as part of a statement: the server's clock on PostgreSQL, the host's on SQLite."""
        if self.dialect == "postgresql":
            return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Double())
        return sa.literal(time.time(), sa.Double())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A reading transaction: one consistent view. Use it where a cancellation cannot come (`whole`)."""
        async with self._engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction: committed, and on disk, when the block is left without an exception. Use it where
        a cancellation cannot come (`whole`)."""
        async with _optional(self._write_lock), self._engine.connect() as connection:
            await connection.execution_options(**{_WRITES: True})
            async with connection.begin():
                yield connection
                if self.dialect == "postgresql":
                    await connection.execute(NOTIFY)

    async def wait_for_change(self, timeout_seconds: float) -> None:
        """Return soon after anybody committed something, or after the timeout."""
        if self._doorbell is not None:
            await self._doorbell.wait(timeout_seconds)

    async def close(self) -> None:
        if self._doorbell is not None:
            await self._doorbell.close()
        await self._engine.dispose()


@asynccontextmanager
async def _optional(lock: asyncio.Lock | None) -> AsyncIterator[None]:
    if lock is None:
        yield
        return
    async with lock:
        yield


def _sqlite_path(address: URL) -> Path:
    """The file of a SQLite URL; its folder is made when it is not there."""
    if not address.database or address.database == ":memory:":
        raise ValueError("the database must be a file: it is shared between processes")
    path = Path(address.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
