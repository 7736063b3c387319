-- Under which mapping a version of a record was last read, so that a retranslation finds
-- what an older one made.
ALTER TABLE records ADD COLUMN mapping text NOT NULL DEFAULT '';
-- What a sender's X-Correlation-ID said: an event is made again with the same.
ALTER TABLE receipts ADD COLUMN correlation_id text;
CREATE INDEX ON receipts (received_at);
-- When an event was made of a message long kept: it is on its way since then.
ALTER TABLE receipt_events ADD COLUMN told_at timestamptz;
-- Which child each person is today, for those who operate.
CREATE TABLE homes (
    person_ref  text   PRIMARY KEY,
    child_ref   text   NOT NULL,
    epoch       bigint NOT NULL
);
