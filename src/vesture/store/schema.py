"""The tables. Times are seconds since the epoch, UTC; JSON columns hold what the wire holds.

One row of `jobs` is a request's whole life (`vesture.core.job`); its input and its log hang from it.
The migrations folder builds the same tables; a test proves it.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

Document = sa.JSON(none_as_null=True)
Seconds: sa.Double[float] = sa.Double()

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),  # order of arrival
    sa.Column("request_id", sa.String(64), nullable=False, unique=True),
    sa.Column("endpoint", sa.String(200), nullable=False),
    sa.Column("owner", sa.String(64)),
    sa.Column("status", sa.String(8), nullable=False),
    sa.Column("priority", sa.SmallInteger(), nullable=False),  # 0 runs before 1
    sa.Column("attempt", sa.Integer(), nullable=False),
    sa.Column("max_attempts", sa.Integer(), nullable=False),
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("run_at", Seconds, nullable=False),  # not claimed before
    sa.Column("start_by", Seconds),
    sa.Column("started_at", Seconds),
    sa.Column("finished_at", Seconds),
    sa.Column("cancel_requested", sa.Boolean(), nullable=False),
    sa.Column("worker", sa.String(200)),
    sa.Column("lease_token", sa.String(64)),
    sa.Column("lease_until", Seconds),  # in no index, so that PostgreSQL renews a lease without touching one
    sa.Column("log_count", sa.Integer(), nullable=False),
    sa.Column("webhook_url", sa.Text()),
    sa.Column("webhook_due_at", Seconds),  # when the next delivery is tried; NULL: none is owed
    sa.Column("webhook_tries", sa.Integer(), nullable=False),
    sa.Column("keep_payload", sa.Boolean(), nullable=False),
    sa.Column("result_lifetime_seconds", Seconds),
    sa.Column("metrics", Document),
    sa.Column("error", Document),  # {"status", "error_type", "body"}
    sa.Column("result", Document),
    sa.Column("preview", Document),
    sqlite_autoincrement=True,
)

_queued = jobs.c.status == sa.text("'QUEUED'")
_running = jobs.c.status == sa.text("'RUNNING'")
sa.Index("jobs_queued", jobs.c.priority, jobs.c.number, sqlite_where=_queued, postgresql_where=_queued)
sa.Index("jobs_running", jobs.c.number, sqlite_where=_running, postgresql_where=_running)
sa.Index("jobs_finished", jobs.c.finished_at)
_owed = jobs.c.webhook_due_at.is_not(None)
sa.Index("jobs_webhook_due", jobs.c.webhook_due_at, sqlite_where=_owed, postgresql_where=_owed)

# Apart from `jobs`: photos may be sent inside the payload, and SQLite writes a whole row anew at every change of it.
job_payloads = sa.Table(
    "job_payloads",
    metadata,
    sa.Column("job", sa.ForeignKey("jobs.number", ondelete="CASCADE"), primary_key=True),
    sa.Column("document", Document, nullable=False),
)

job_logs = sa.Table(
    "job_logs",
    metadata,
    sa.Column("job", sa.ForeignKey("jobs.number", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer(), primary_key=True),
    sa.Column("timestamp", Seconds, nullable=False),
    sa.Column("level", sa.String(8), nullable=False),
    sa.Column("message", sa.Text(), nullable=False),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("engine", sa.String(64), nullable=False),  # empty while it is built
    sa.Column("seen_at", Seconds, nullable=False),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("secret_hash", sa.String(64), nullable=False),  # hex of SHA-256
    sa.Column("created_at", Seconds, nullable=False),
    sa.Column("revoked_at", Seconds),
)

server_secrets = sa.Table(
    "server_secrets",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("secret", sa.String(64), nullable=False),  # hex of 32 random bytes
    sa.Column("created_at", Seconds, nullable=False),
)

schema_version = sa.Table(
    "schema_version",
    metadata,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("applied_at", Seconds, nullable=False),
)
