-- What was told of a day to those who owe a step: numbers alone, nothing of any child.
CREATE TABLE digests (
    day          date NOT NULL,
    org          text NOT NULL,
    role         text NOT NULL,
    address      text NOT NULL,
    message_id   uuid NOT NULL,
    content      bytea NOT NULL,
    owner        text NOT NULL DEFAULT '',
    lease_until  timestamptz NOT NULL DEFAULT '-infinity',
    done_at      timestamptz,
    PRIMARY KEY (day, org, role, address)
);
CREATE INDEX ON digests (day) WHERE done_at IS NULL;
