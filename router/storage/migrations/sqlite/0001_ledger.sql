-- Processes that have written here; a process's number is the upper half of its entries' numbers.
CREATE TABLE writers (
    writer     INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at REAL NOT NULL
) STRICT;

-- One row for each request of a caller. Money is decimal text, NULL means unknown.
CREATE TABLE requests (
    entry               INTEGER PRIMARY KEY,
    request_id          TEXT NOT NULL,
    started_at          REAL NOT NULL,
    finished_at         REAL,
    seconds             REAL,
    first_token_seconds REAL,
    outcome             TEXT NOT NULL,
    status              INTEGER,
    requested           TEXT NOT NULL,
    model               TEXT NOT NULL,
    provider            TEXT NOT NULL,
    cost_usd            TEXT,
    known_usd           TEXT NOT NULL,
    key_name            TEXT NOT NULL,
    user_id             TEXT NOT NULL,
    tier                TEXT NOT NULL,
    tenant              TEXT NOT NULL,
    session             TEXT NOT NULL,
    order_number        TEXT NOT NULL,
    rule                TEXT NOT NULL,
    pool                TEXT NOT NULL,
    arms                TEXT NOT NULL,
    prompt              TEXT,
    policy              TEXT NOT NULL,
    policy_version      TEXT NOT NULL,
    propensity          REAL NOT NULL,
    must_stay_local     INTEGER NOT NULL,
    intent              TEXT NOT NULL,
    intents             TEXT NOT NULL,
    emotion             TEXT NOT NULL,
    language            TEXT NOT NULL,
    difficulty          REAL NOT NULL,
    prompt_tokens       INTEGER NOT NULL,
    pii                 TEXT NOT NULL,
    is_stream           INTEGER NOT NULL,
    signals             TEXT NOT NULL,
    plan                TEXT NOT NULL
) STRICT;

CREATE INDEX requests_by_id ON requests (request_id);
CREATE INDEX requests_by_time ON requests (started_at);

-- One row for each upstream call, however it ended.
CREATE TABLE attempts (
    entry                 INTEGER NOT NULL,
    number                INTEGER NOT NULL,
    kind                  TEXT NOT NULL,
    model                 TEXT NOT NULL,
    provider              TEXT NOT NULL,
    deployment            TEXT NOT NULL,
    started_at            REAL NOT NULL,
    seconds               REAL,
    first_token_seconds   REAL,
    outcome               TEXT NOT NULL,
    error                 TEXT,
    status                INTEGER,
    prompt_tokens         INTEGER,
    completion_tokens     INTEGER,
    cache_read_tokens     INTEGER,
    cache_write_tokens    INTEGER,
    cache_write_1h_tokens INTEGER,
    reasoning_tokens      INTEGER,
    service_tier          TEXT,
    seam_at               INTEGER,
    amount                TEXT,
    currency              TEXT,
    cost_usd              TEXT,
    estimated             INTEGER NOT NULL,
    price_source          TEXT,
    PRIMARY KEY (entry, number)
) STRICT, WITHOUT ROWID;
