-- What a step keeps: where each source has been read to, what has been seen,
-- and what is to be published, in which order.

CREATE TABLE positions (
    reader       text   NOT NULL,
    topic        text   NOT NULL,
    partition    int    NOT NULL,
    next_offset  bigint NOT NULL,
    PRIMARY KEY (reader, topic, partition)
);

-- The Kafka cluster that positions and lanes speak of.
CREATE TABLE cluster (
    single      boolean PRIMARY KEY DEFAULT true CHECK (single),
    cluster_id  text NOT NULL
);

-- Never touched by retention or erasure; a rebuild begins with it empty.
CREATE TABLE seen (
    reader   text  NOT NULL,
    id       uuid  NOT NULL,
    attempt  int   NOT NULL,
    topic    text  NOT NULL,
    sha256   bytea NOT NULL,
    PRIMARY KEY (id, attempt, topic, reader)
);

CREATE TABLE lanes (
    topic             text   NOT NULL,
    partition         int    NOT NULL,
    next_seq          bigint NOT NULL DEFAULT 0,
    confirmed_seq     bigint NOT NULL DEFAULT -1,
    confirmed_offset  bigint NOT NULL DEFAULT -1,
    owner             text   NOT NULL DEFAULT '',
    lease_until       timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (topic, partition)
);

CREATE TABLE outbox (
    topic      text   NOT NULL,
    partition  int    NOT NULL,
    seq        bigint NOT NULL,
    key        bytea  NOT NULL,
    headers    bytea  NOT NULL,
    value      bytea  NOT NULL,
    PRIMARY KEY (topic, partition, seq)
);
ALTER TABLE outbox ALTER COLUMN value SET STORAGE EXTERNAL;

-- A named row that a command or a timer locks: two of them never work at once.
CREATE TABLE turns (
    name     text PRIMARY KEY,
    done_at  timestamptz,
    state    text
);

-- Makes the month of *day* and the next one ready in a table partitioned by month.
CREATE FUNCTION ready_months(parent text, day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month date;
    part text;
BEGIN
    FOR ahead IN 0..1 LOOP
        month := date_trunc('month', day)::date + make_interval(months => ahead);
        part := parent || to_char(month, '_YYYY_MM');
        IF to_regclass(part) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                part, parent, month, month + interval '1 month');
        END IF;
    END LOOP;
END $$;

-- Who was shown what, committed before the bytes leave.
CREATE TABLE audit (
    at          timestamptz NOT NULL DEFAULT now(),
    org         text NOT NULL,
    role        text NOT NULL,
    token_id    text NOT NULL,
    action      text NOT NULL,
    subject     text NOT NULL,
    agreement   text NOT NULL,
    version     text NOT NULL,
    shown       jsonb NOT NULL
) PARTITION BY RANGE (at);
SELECT ready_months('audit', current_date);
CREATE TABLE audit_rest PARTITION OF audit DEFAULT;
