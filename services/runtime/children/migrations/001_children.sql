CREATE TABLE entries (
    id          uuid   PRIMARY KEY,
    person_ref  text   NOT NULL,
    entry       bytea  NOT NULL,
    arrival     bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX ON entries (person_ref);

-- Which persons are one child. The highest epoch wins.
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

-- Which step last changed each child, so that a copy in memory knows whether it is true.
CREATE TABLE revisions (
    child_ref  text PRIMARY KEY,
    stamp      uuid NOT NULL
);
