-- When the first version of a record that has a number was heard (intake/numbering.py).
CREATE TABLE numbered (
    source        text        NOT NULL,
    sourcerecord  text        NOT NULL,
    heard         timestamptz NOT NULL,
    PRIMARY KEY (source, sourcerecord)
);
