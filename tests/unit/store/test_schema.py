"""The migrations build exactly the tables of the schema; the statements exist in both dialects."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from vesture.core.job import JobError
from vesture.store import job_statements as statements
from vesture.store.database import Database
from vesture.store.migrations import migration_files
from vesture.store.schema import jobs, metadata, schema_version

DIALECTS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}


def dialect(name: str) -> sa.Dialect:
    made: sa.Dialect = DIALECTS[name].dialect()
    return made


def words(statement: str) -> str:
    return re.sub(r"\s+", " ", statement.replace("\t", " ")).replace(" ,", ",").strip()


@pytest.mark.parametrize("name", DIALECTS)
def test_the_text_of_the_migrations_is_that_of_the_schema(name: str) -> None:
    """Tables and indexes are written as the schema would write them; columns that came later stand in steps of their
    own."""
    written = {words(statement) for _, step in migration_files(name) for statement in step}
    added = [re.fullmatch(r"ALTER TABLE (\w+) ADD COLUMN (.+)", statement) for statement in written]
    expected = {match[0] for match in added if match}
    for table in metadata.sorted_tables:
        if table is not schema_version:
            text = words(str(CreateTable(table).compile(dialect=dialect(name))))
            for match in added:
                if match and match[1] == table.name:
                    assert f" {match[2]}," in text
                    text = text.replace(f" {match[2]},", "")
            expected.add(text)
            expected |= {words(str(CreateIndex(index).compile(dialect=dialect(name)))) for index in table.indexes}
    assert written == expected


def description(connection: sa.Connection) -> dict[str, Any]:
    inspector = sa.inspect(connection)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)
            ],
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "foreign": [
                (key["constrained_columns"], key["referred_table"], key["options"])
                for key in inspector.get_foreign_keys(table)
            ],
            "unique": [unique["column_names"] for unique in inspector.get_unique_constraints(table)],
            "indexes": [
                (index["name"], index["column_names"], {k: str(v) for k, v in index.get("dialect_options", {}).items()})
                for index in sorted(inspector.get_indexes(table), key=lambda index: str(index["name"]))
            ],
        }
        for table in sorted(inspector.get_table_names())
        if table != "sqlite_sequence"
    }


async def test_a_migrated_database_is_that_of_the_schema(database: Database, tmp_path: Path) -> None:
    async with database.read() as connection:
        migrated = await connection.run_sync(description)
    assert set(migrated) == set(metadata.tables)
    if database.dialect == "sqlite":
        engine = sa.create_engine(f"sqlite:///{tmp_path}/schema.sqlite3")
        metadata.create_all(engine)
        with engine.connect() as plain:
            assert migrated == description(plain)
        engine.dispose()


async def test_a_database_is_migrated_once_however_many_open_it(database_url: str) -> None:
    opened = await asyncio.gather(*(Database.open(database_url) for _ in range(4)))
    async with opened[0].read() as connection:
        versions = (await connection.execute(sa.select(schema_version.c.number))).scalars().all()
    assert versions == [number for number, _ in migration_files(opened[0].dialect)]
    for database in opened:
        await database.close()


async def test_a_memory_database_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a file"):
        await Database.open("sqlite://")


async def test_sqlite_survives_a_power_cut(database: Database) -> None:
    if database.dialect != "sqlite":
        return
    async with database.read() as connection:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one() == value


NOW = sa.literal(0.0, sa.Double())
HELD = statements.held("id", "token")
ALL_STATEMENTS = [
    statements.claim(NOW, "worker", "token", 30.0),
    statements.claimable(),
    statements.renew(NOW, HELD, 30.0),
    statements.count_log_lines(HELD, 2),
    statements.show_preview(HELD, {"step": 1}),
    statements.end(NOW, HELD, error=JobError(500, "internal_error", {})),
    statements.queue_again(NOW, HELD, jobs.c.attempt * 2.0),
    statements.cancel_queued(NOW, "id"),
    statements.ask_to_cancel("id"),
    *statements.give_up(NOW, statements.overdue(NOW)),
    statements.expire(NOW),
    statements.abandon("worker"),
    statements.anything_to_reap(NOW),
    statements.jobs_ahead(1, "id"),
    statements.queue_length(),
    statements.forget_payloads([1]),
    statements.prune(NOW, 60.0),
]


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("statement", ALL_STATEMENTS, ids=lambda statement: type(statement).__name__)
def test_every_statement_can_be_written_in_both_dialects(statement: sa.Executable, name: str) -> None:
    assert str(statement.compile(dialect=dialect(name)))  # type: ignore[attr-defined]


def test_claimers_pass_each_other_on_postgresql() -> None:
    claim = statements.claim(NOW, "worker", "token", 30.0)
    assert "FOR UPDATE SKIP LOCKED" in str(claim.compile(dialect=dialect("postgresql")))
    assert "FOR UPDATE" not in str(claim.compile(dialect=dialect("sqlite")))
