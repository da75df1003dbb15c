-- The ledger: what was asked, what was answered, what was found, what each row ended as.
-- Three tables are the truth, each keyed by what determines it: replies, verdicts, outcomes.
-- docs/ledger.md explains every column.

CREATE TABLE IF NOT EXISTS meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- All that decides an outcome, by its hash.
CREATE TABLE IF NOT EXISTS recipes (
    recipe  BLOB PRIMARY KEY,
    body    TEXT NOT NULL,               -- canonical JSON of the recipe
    round   INTEGER NOT NULL DEFAULT 0,  -- redo rounds so far: the attempt number of new requests
    redoing INTEGER NOT NULL DEFAULT 0,  -- 1 while a redo is unfinished
    created REAL NOT NULL                -- seconds since the epoch
) WITHOUT ROWID;

-- One line per process that worked on this ledger.
CREATE TABLE IF NOT EXISTS runs (
    run     INTEGER PRIMARY KEY,
    recipe  BLOB NOT NULL,
    spec    TEXT NOT NULL,               -- JSON: where and how it ran
    command TEXT,                        -- JSON: the argument vector; NULL where the library was called
    started REAL NOT NULL,
    ended   REAL,                        -- NULL: running, or killed
    ending  TEXT                         -- 'done', 'stopped', 'interrupted', 'lost', 'emitted'
);

-- The input as the last run indexed it.
CREATE TABLE IF NOT EXISTS rows (
    position INTEGER PRIMARY KEY,        -- 0-based place in the input
    id       TEXT NOT NULL UNIQUE,
    content  BLOB NOT NULL               -- hash of the fields that the recipe reads
);

-- Parts of prompts that many requests share (system message, examples), by content.
CREATE TABLE IF NOT EXISTS prefixes (
    prefix   BLOB PRIMARY KEY,
    messages TEXT NOT NULL               -- JSON: [[role, content], …]
) WITHOUT ROWID;

-- Every text that was taken out of a reply, by content: attempts and outcomes name it by its hash.
CREATE TABLE IF NOT EXISTS texts (
    text BLOB PRIMARY KEY,
    body TEXT NOT NULL
);

-- Every reply ever bought. Key: hash of the rendered request with model, identity options and sampling.
CREATE TABLE IF NOT EXISTS replies (
    request           BLOB NOT NULL,
    sample            INTEGER NOT NULL,
    attempt           INTEGER NOT NULL,
    prefix            BLOB NOT NULL,     -- all messages but the last
    message           TEXT NOT NULL,     -- the last message, from the user
    text              TEXT NOT NULL,
    think             TEXT,
    finish            TEXT NOT NULL,     -- 'stop' or 'length'
    prompt_tokens     INTEGER,
    completion_tokens INTEGER,
    cached_tokens     INTEGER,
    seconds           REAL NOT NULL,
    checksum          INTEGER NOT NULL,  -- of the key and of what the reply is, as in the tables below
    created           REAL NOT NULL,
    PRIMARY KEY (request, sample, attempt)
);

-- Every verdict. Key: hash of (text, check with options and tool versions, what the check knew of the row).
CREATE TABLE IF NOT EXISTS verdicts (
    verdict     BLOB PRIMARY KEY,
    check_      TEXT NOT NULL,
    status      TEXT NOT NULL,
    findings    TEXT NOT NULL,           -- JSON list
    data        TEXT NOT NULL,           -- JSON
    seconds     REAL NOT NULL,
    must_answer INTEGER NOT NULL,        -- 1 where no text is accepted without this check's answer
    assurance   TEXT NOT NULL,           -- what a yes of this check is worth
    checksum    INTEGER NOT NULL,
    created     REAL NOT NULL
);

-- What each row ended as, under one recipe.
CREATE TABLE IF NOT EXISTS outcomes (
    recipe            BLOB NOT NULL,
    id                TEXT NOT NULL,
    content           BLOB NOT NULL,
    status            TEXT NOT NULL,
    reason            TEXT NOT NULL,
    assurance         TEXT NOT NULL,     -- the strongest thing that said yes: 'none', 'read' … 'proved'
    detail            TEXT NOT NULL,
    text              BLOB,              -- in texts
    texts             TEXT,              -- JSON list of hashes in hex, where all samples were asked for
    think             TEXT,
    attempts          TEXT NOT NULL,     -- JSON: [[request, sample, attempt, reason, [verdict, …], text, repair], …], hashes in hex
    prompt_tokens     INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    checksum          INTEGER NOT NULL,
    created           REAL NOT NULL,
    PRIMARY KEY (recipe, id, content)
);
