-- Whose record a sender has said to be restricted, and how often that has changed.
CREATE TABLE restrictions (
    person_ref  text    PRIMARY KEY,
    restricted  boolean NOT NULL,
    changes     bigint  NOT NULL
);
