-- One row a message a hop. An id is kept where an index must find it: what belongs to
-- one item of a message is found together, by the message and the item's place.
-- Our references are `c-` or `p-` and 128 bits, which are kept as uuid.
CREATE TABLE ledger (
    at              timestamptz NOT NULL,
    topic           text   NOT NULL,
    partition       int    NOT NULL,
    position        bigint NOT NULL,
    state           text   NOT NULL,
    reason          text,
    message_ref     uuid,
    place           int,
    event_id        uuid,
    request_id      uuid,
    correlation_id  uuid,
    child_ref       uuid,
    person_ref      uuid,
    mentions        uuid[]
) PARTITION BY RANGE (at);
CREATE INDEX ON ledger (message_ref, place) WHERE message_ref IS NOT NULL;
-- A linked event is found by its item; its id stands on the translated row as well.
CREATE INDEX ON ledger (event_id)
    WHERE event_id IS NOT NULL AND topic <> 'events.linked';
CREATE INDEX ON ledger (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX ON ledger (correlation_id) WHERE correlation_id IS NOT NULL;
CREATE INDEX ON ledger (child_ref) WHERE child_ref IS NOT NULL;
CREATE INDEX ON ledger (person_ref) WHERE person_ref IS NOT NULL;
CREATE INDEX ON ledger USING gin (mentions) WHERE mentions IS NOT NULL;
SELECT ready_months('ledger', current_date);
CREATE TABLE ledger_rest PARTITION OF ledger DEFAULT;

-- What could not be used, with its bytes, until a person has it taken again.
CREATE TABLE refused (
    ref           uuid   PRIMARY KEY,
    listed        bigint GENERATED ALWAYS AS IDENTITY,
    message_ref   uuid,
    topic         text   NOT NULL,
    partition     int    NOT NULL,
    position      bigint NOT NULL,
    reason        text   NOT NULL,
    rule          text   NOT NULL,
    where_        text   NOT NULL,
    at            timestamptz NOT NULL,
    code_version  text   NOT NULL,
    attempt       int    NOT NULL,
    state         text   NOT NULL,
    key           bytea  NOT NULL,
    headers       bytea  NOT NULL,
    value         bytea  NOT NULL
);
ALTER TABLE refused ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX ON refused (listed);
CREATE INDEX ON refused (at);
CREATE INDEX ON refused (state) WHERE state = 'new';

CREATE TABLE sources (
    source      text PRIMARY KEY,
    last_heard  timestamptz NOT NULL
);
