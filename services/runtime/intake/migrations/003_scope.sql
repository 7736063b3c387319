-- How many messages or items of a source were outside its scope, by London day. Of them
-- nothing else is kept anywhere.
CREATE TABLE out_of_scope (
    source  text   NOT NULL,
    day     date   NOT NULL,
    why     text   NOT NULL,
    count   bigint NOT NULL,
    PRIMARY KEY (source, day, why)
);

-- Persons of whom a sender told by an identifier that its cohort lists.
CREATE TABLE cohort_persons (
    person_ref  text PRIMARY KEY
);

-- Places of an array that were cut out of the bytes kept: they were outside the scope.
ALTER TABLE originals ADD COLUMN cut int[];
