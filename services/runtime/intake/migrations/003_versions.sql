-- The highest version of each corrected record, whichever gateway took it: a receipt says
-- that its event was superseded though the correction came by another door.
CREATE TABLE versions (
    source        text    NOT NULL,
    sourcerecord  text    NOT NULL,
    withdrawal    boolean NOT NULL,
    highest       bigint  NOT NULL,
    PRIMARY KEY (source, sourcerecord, withdrawal)
);
