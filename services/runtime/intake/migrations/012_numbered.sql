-- When the first version of a record that has a number was made (intake/numbering.py), in
-- milliseconds since 1970.
CREATE TABLE numbered (
    source        text   NOT NULL,
    sourcerecord  text   NOT NULL,
    moment        bigint NOT NULL,
    PRIMARY KEY (source, sourcerecord)
);
