ALTER TABLE jobs ADD COLUMN preview JSON;

CREATE TABLE workers (
    name VARCHAR(200) NOT NULL,
    engine VARCHAR(64) NOT NULL,
    seen_at DOUBLE NOT NULL,
    PRIMARY KEY (name)
);
