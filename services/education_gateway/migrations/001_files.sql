-- Deliveries of files: how far each has been taken in, and what was wrong in it.

CREATE TABLE files (
    message_ref     uuid PRIMARY KEY,
    queued          bigint GENERATED ALWAYS AS IDENTITY,
    feed            text NOT NULL,
    stated_as_at    date,
    corrects        uuid,
    -- waiting, held, taking, done, refused, rejected
    state           text NOT NULL DEFAULT 'waiting',
    kind            text,
    as_at           date,
    judged          boolean NOT NULL DEFAULT false,
    released        boolean NOT NULL DEFAULT false,
    next_file       int NOT NULL DEFAULT 0,
    next_row        int NOT NULL DEFAULT 0,
    removals        int NOT NULL DEFAULT 0,
    sent            int NOT NULL DEFAULT 0,
    counts          bytea NOT NULL DEFAULT '{}',
    decided_by      text,
    decided_reason  text,
    owner           text NOT NULL DEFAULT '',
    lease_until     timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX ON files (queued) WHERE state IN ('waiting', 'taking');

-- Rows that failed, as they came, each until it is corrected.
CREATE TABLE failed_rows (
    message_ref   uuid NOT NULL,
    file          int  NOT NULL,
    row           int  NOT NULL,
    name          text NOT NULL,
    own           text NOT NULL,
    cells         bytea NOT NULL,
    corrected_by  uuid,
    PRIMARY KEY (message_ref, file, row)
);
CREATE INDEX ON failed_rows (message_ref, name, own);

CREATE TABLE findings (
    message_ref  uuid NOT NULL,
    file         int  NOT NULL,
    row          int  NOT NULL,
    name         text NOT NULL,
    column_      text NOT NULL,
    rule         text NOT NULL,
    remedy       text NOT NULL,
    warning      boolean NOT NULL,
    value        text NOT NULL
);
CREATE INDEX ON findings (message_ref, file, row);
