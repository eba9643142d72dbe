CREATE TABLE api_keys (
    id VARCHAR(64) NOT NULL,
    name VARCHAR(200) NOT NULL,
    secret_hash VARCHAR(64) NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    revoked_at DOUBLE PRECISION,
    PRIMARY KEY (id)
);

CREATE TABLE jobs (
    number BIGSERIAL NOT NULL,
    request_id VARCHAR(64) NOT NULL,
    endpoint VARCHAR(200) NOT NULL,
    owner VARCHAR(64),
    status VARCHAR(8) NOT NULL,
    priority SMALLINT NOT NULL,
    attempt INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    run_at DOUBLE PRECISION NOT NULL,
    start_by DOUBLE PRECISION,
    started_at DOUBLE PRECISION,
    finished_at DOUBLE PRECISION,
    cancel_requested BOOLEAN NOT NULL,
    worker VARCHAR(200),
    lease_token VARCHAR(64),
    lease_until DOUBLE PRECISION,
    log_count INTEGER NOT NULL,
    webhook_url TEXT,
    webhook_due_at DOUBLE PRECISION,
    webhook_tries INTEGER NOT NULL,
    keep_payload BOOLEAN NOT NULL,
    result_lifetime_seconds DOUBLE PRECISION,
    metrics JSON,
    error JSON,
    result JSON,
    PRIMARY KEY (number),
    UNIQUE (request_id)
);

CREATE INDEX jobs_finished ON jobs (finished_at);

CREATE INDEX jobs_queued ON jobs (priority, number) WHERE status = 'QUEUED';

CREATE INDEX jobs_running ON jobs (number) WHERE status = 'RUNNING';

CREATE INDEX jobs_webhook_due ON jobs (webhook_due_at) WHERE webhook_due_at IS NOT NULL;

CREATE TABLE server_secrets (
    name VARCHAR(64) NOT NULL,
    secret VARCHAR(64) NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE job_logs (
    job BIGINT NOT NULL,
    number INTEGER NOT NULL,
    timestamp DOUBLE PRECISION NOT NULL,
    level VARCHAR(8) NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (job, number),
    FOREIGN KEY(job) REFERENCES jobs (number) ON DELETE CASCADE
);

CREATE TABLE job_payloads (
    job BIGINT NOT NULL,
    document JSON NOT NULL,
    PRIMARY KEY (job),
    FOREIGN KEY(job) REFERENCES jobs (number) ON DELETE CASCADE
);
