-- What versions of records said that a later version may change: an appointment's time.
-- Keyed hashes throughout.
CREATE TABLE marks (
    source         text   NOT NULL,
    sourcerecord   text   NOT NULL,
    sourceversion  bigint NOT NULL,
    mark           text   NOT NULL,
    PRIMARY KEY (source, sourcerecord, sourceversion)
);
