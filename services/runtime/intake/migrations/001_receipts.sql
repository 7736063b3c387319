CREATE TABLE receipts (
    message_ref  uuid PRIMARY KEY,
    sender       text  NOT NULL,
    request_id   text  NOT NULL,
    sha256       bytea NOT NULL,
    received_at  timestamptz NOT NULL,
    state        text  NOT NULL,
    answer       bytea NOT NULL,
    reason       text,
    rule         text,
    place        text
);

-- The sender's bytes, as they came. Erasure and retention act here.
CREATE TABLE originals (
    message_ref   uuid NOT NULL,
    kept_at       timestamptz NOT NULL DEFAULT now(),
    content_type  text  NOT NULL,
    sha256        bytea NOT NULL,
    bytes         bytea NOT NULL
) PARTITION BY RANGE (kept_at);
CREATE INDEX ON originals (message_ref);
ALTER TABLE originals ALTER COLUMN bytes SET STORAGE EXTERNAL;
SELECT ready_months('originals', current_date);
CREATE TABLE originals_rest PARTITION OF originals DEFAULT;

-- Arrays and files whose items follow in steps of their own.
CREATE TABLE unpacking (
    message_ref     uuid PRIMARY KEY,
    queued          bigint GENERATED ALWAYS AS IDENTITY,
    next_place      int NOT NULL DEFAULT 0,
    correlation_id  text
);

CREATE TABLE receipt_events (
    message_ref    uuid NOT NULL,
    place          int  NOT NULL,
    event_id       uuid,
    type           text,
    state          text NOT NULL,
    source         text,
    sourcerecord   text,
    sourceversion  bigint,
    reason         text,
    rule           text,
    where_         text
);
CREATE INDEX ON receipt_events (message_ref);
CREATE INDEX ON receipt_events (event_id);
CREATE INDEX ON receipt_events (source, sourcerecord);

-- One effect for a sender's record and version, however often and by whatever id it comes.
CREATE TABLE records (
    source         text   NOT NULL,
    sourcerecord   text   NOT NULL,
    sourceversion  bigint NOT NULL,
    type           text   NOT NULL,
    digest         bytea  NOT NULL,
    event_id       uuid   NOT NULL,
    PRIMARY KEY (source, sourcerecord, sourceversion, type)
);

CREATE TABLE withdrawals (
    source         text NOT NULL,
    sourcerecord   text NOT NULL,
    sourceversion  bigint,
    UNIQUE NULLS NOT DISTINCT (source, sourcerecord, sourceversion)
);
