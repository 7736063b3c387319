-- One row an event, whichever door it came by: what it states, whom it names, what it asks
-- of a body, and what it takes back. Of one sender's record and version, one effect.
CREATE TABLE events (
    source             text   NOT NULL,
    sourcerecord       text   NOT NULL,
    sourceversion      bigint NOT NULL,
    revision           int    NOT NULL,
    type               text   NOT NULL,
    whom               text   NOT NULL,
    event_id           uuid   NOT NULL,
    person_ref         text   NOT NULL,
    time               text   NOT NULL,
    category           text   NOT NULL,
    sensitivity        text   NOT NULL,
    body               text,
    names              text[] NOT NULL,
    withdraws_record   text,
    withdraws_version  bigint,
    digest             bytea  NOT NULL,
    PRIMARY KEY (source, sourcerecord, sourceversion, revision, type, whom)
);
CREATE INDEX ON events (person_ref);
CREATE INDEX ON events (source, withdraws_record) WHERE withdraws_record IS NOT NULL;

DROP TABLE namings, requests, withdrawals;
