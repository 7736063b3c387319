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
