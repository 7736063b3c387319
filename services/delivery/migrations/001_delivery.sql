-- A feed's positions are counted on its own locked row.
CREATE TABLE subscriptions (
    org            text PRIMARY KEY,
    next_position  bigint NOT NULL DEFAULT 1,
    acknowledged   bigint NOT NULL DEFAULT 0
);

CREATE TABLE feed (
    org         text   NOT NULL,
    position    bigint NOT NULL,
    event_id    uuid   NOT NULL,
    kind        text   NOT NULL,
    person_ref  text   NOT NULL,
    PRIMARY KEY (org, position),
    UNIQUE (org, event_id)
);

-- Of which persons a subscriber has been sent something.
CREATE TABLE reached (
    person_ref  text NOT NULL,
    org         text NOT NULL,
    PRIMARY KEY (person_ref, org)
);

-- Events that are no entries: clock events and link decisions, as they were read.
CREATE TABLE notices (
    event_id    uuid  PRIMARY KEY,
    kind        text  NOT NULL,
    person_ref  text  NOT NULL,
    clock       text,
    said        bytea NOT NULL,
    body        bytea NOT NULL,
    arrival     bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX ON notices (person_ref) WHERE kind = 'clock';
