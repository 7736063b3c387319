-- Whom a request asks and who asked, so that each finds what is open without a search.
-- It says only where to look; what is shown is decided from the entries themselves.
CREATE TABLE asked (
    ask_id      uuid NOT NULL,
    org         text NOT NULL,
    person_ref  text NOT NULL,
    open        boolean NOT NULL,
    PRIMARY KEY (org, ask_id)
);
CREATE INDEX ON asked (org) WHERE open;
CREATE INDEX ON asked (ask_id);
