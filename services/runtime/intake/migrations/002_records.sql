-- Whom each version of a sender's record was about, and which message said so.
ALTER TABLE records
    ADD COLUMN person_ref   text NOT NULL DEFAULT '',
    ADD COLUMN message_ref  uuid,
    ADD COLUMN place        int NOT NULL DEFAULT 0,
    ADD COLUMN moved        boolean NOT NULL DEFAULT false;

-- What senders took back. Kept for ever, because what is taken back may yet come.
-- Holds nothing that identifies anyone.
CREATE TABLE undoings (
    event_id       uuid   PRIMARY KEY,
    source         text   NOT NULL,
    by_record      text   NOT NULL,
    sourcerecord   text   NOT NULL,
    sourceversion  bigint,
    message_ref    uuid   NOT NULL,
    place          int    NOT NULL,
    said           bytea  NOT NULL,
    data           bytea  NOT NULL
);
CREATE INDEX ON undoings (source, sourcerecord);
CREATE INDEX ON undoings (source, by_record);

-- Which persons have been told of a withdrawal.
CREATE TABLE undoings_told (
    event_id    uuid NOT NULL,
    person_ref  text NOT NULL,
    PRIMARY KEY (event_id, person_ref)
);

-- A withdrawal that its own next version corrects takes nothing back.
ALTER TABLE withdrawals ADD COLUMN by_record text NOT NULL DEFAULT '';
ALTER TABLE withdrawals ADD COLUMN by_version bigint NOT NULL DEFAULT 0;
ALTER TABLE withdrawals
    DROP CONSTRAINT withdrawals_source_sourcerecord_sourceversion_key;
ALTER TABLE withdrawals ADD CONSTRAINT withdrawals_once UNIQUE NULLS NOT DISTINCT
    (source, sourcerecord, sourceversion, by_record, by_version);
CREATE INDEX ON withdrawals (source, by_record);

-- A retranslation states the same version again under a higher revision.
ALTER TABLE records ADD COLUMN revision int NOT NULL DEFAULT 1;
ALTER TABLE receipt_events ADD COLUMN revision int NOT NULL DEFAULT 1;
