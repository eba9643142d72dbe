"""The history of the tables: one SQL file per step and dialect, applied in the order of their numbers.

Law: a file that was released is never edited; a change of `vesture.store.schema` comes with the next number.
"""

from __future__ import annotations

from importlib import resources

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable

from vesture.store.schema import schema_version


def migration_files(dialect: str) -> list[tuple[int, list[str]]]:
    """The steps for `dialect` (``"sqlite"`` or ``"postgresql"``): number and statements, in order."""
    folder = resources.files(__package__) / dialect
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [(int(file.name.split("_")[0]), _statements(file.read_text("utf-8"))) for file in files]


def _statements(script: str) -> list[str]:
    return [statement.strip() for statement in script.split(";\n") if statement.strip()]


async def migrate(connection: AsyncConnection, now: float) -> int:
    """Bring the database of `connection` (inside a writing transaction) up to date; returns its version."""
    if connection.dialect.name == "postgresql":  # SQLite's writers are one at a time already
        await connection.execute(text("SELECT pg_advisory_xact_lock(7483021)"))
    await connection.execute(CreateTable(schema_version, if_not_exists=True))
    applied = set((await connection.execute(select(schema_version.c.number))).scalars())
    version = max(applied, default=0)
    for number, statements in migration_files(connection.dialect.name):
        if number in applied:
            continue
        for statement in statements:
            await connection.exec_driver_sql(statement)
        await connection.execute(schema_version.insert().values(number=number, applied_at=now))
        version = number
    return version
