-- The one lock under which identity decides; `knownat` never goes back.
CREATE TABLE state (
    single    boolean PRIMARY KEY DEFAULT true CHECK (single),
    epoch     bigint NOT NULL DEFAULT 0,
    knownat   timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO state DEFAULT VALUES;

CREATE TABLE children (
    child_ref  text PRIMARY KEY,
    epoch      bigint NOT NULL,
    joined_to  text
);

CREATE TABLE persons (
    person_ref  text PRIMARY KEY,
    sender      text NOT NULL,
    child_ref   text NOT NULL,
    epoch       bigint NOT NULL
);
CREATE INDEX ON persons (child_ref);

-- What senders said that identifies a person. The only clear identifiers; erasable.
CREATE TABLE statements (
    person_ref   text NOT NULL,
    digest       text NOT NULL,
    category     text NOT NULL,
    sensitivity  text NOT NULL,
    nhs_number   text,
    upn          text,
    born         date,
    family_name  text,
    given_name   text,
    PRIMARY KEY (person_ref, digest)
);
CREATE INDEX ON statements (nhs_number) WHERE nhs_number IS NOT NULL;
CREATE INDEX ON statements (upn) WHERE upn IS NOT NULL;

-- Who sent or is named in an event of a person.
CREATE TABLE namings (
    person_ref   text NOT NULL,
    org          text NOT NULL,
    own          boolean NOT NULL,
    category     text NOT NULL,
    sensitivity  text NOT NULL,
    PRIMARY KEY (person_ref, org, own, category, sensitivity)
);

-- By which record who is asked for something, and what was taken back since.
CREATE TABLE requests (
    source         text   NOT NULL,
    sourcerecord   text   NOT NULL,
    sourceversion  bigint NOT NULL,
    person_ref     text   NOT NULL,
    org            text   NOT NULL,
    category       text   NOT NULL,
    sensitivity    text   NOT NULL,
    PRIMARY KEY (source, sourcerecord, sourceversion)
);
CREATE INDEX ON requests (person_ref);

CREATE TABLE withdrawals (
    source         text NOT NULL,
    sourcerecord   text NOT NULL,
    sourceversion  bigint,
    UNIQUE NULLS NOT DISTINCT (source, sourcerecord, sourceversion)
);

-- Pairs that a person has parted; never linked again by a rule.
CREATE TABLE do_not_link (
    one    text NOT NULL,
    other  text NOT NULL,
    PRIMARY KEY (one, other),
    CHECK (one < other)
);

CREATE TABLE decisions (
    epoch       bigint PRIMARY KEY,
    at          timestamptz NOT NULL,
    child_ref   text NOT NULL,
    persons     text[] NOT NULL,
    reason      text NOT NULL,
    evidence    text[] NOT NULL,
    decided_by  text NOT NULL,
    words       text
);

-- What a rule would not decide; a steward looks.
CREATE TABLE reviews (
    person_ref  text NOT NULL,
    child_ref   text NOT NULL,
    why         text NOT NULL,
    raised_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_ref, child_ref, why)
);
