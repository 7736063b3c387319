-- Entries belong to persons; linking and un-linking never rewrite them.
CREATE TABLE entries (
    id          uuid  PRIMARY KEY,
    person_ref  text  NOT NULL,
    entry       bytea NOT NULL
);
CREATE INDEX ON entries (person_ref);

-- The map: which persons are one child. The highest epoch wins.
CREATE TABLE places (
    person_ref  text   PRIMARY KEY,
    child_ref   text   NOT NULL,
    epoch       bigint NOT NULL
);
CREATE INDEX ON places (child_ref);

CREATE TABLE joins (
    child_ref  text   PRIMARY KEY,
    joined_to  text   NOT NULL,
    epoch      bigint NOT NULL
);

-- Keyed hashes of number and date of birth, with what may reveal them.
CREATE TABLE lookups (
    hash         text NOT NULL,
    person_ref   text NOT NULL,
    category     text NOT NULL,
    sensitivity  text NOT NULL,
    PRIMARY KEY (hash, person_ref, category, sensitivity)
);

CREATE TABLE sources (
    source      text PRIMARY KEY,
    last_heard  timestamptz NOT NULL
);
