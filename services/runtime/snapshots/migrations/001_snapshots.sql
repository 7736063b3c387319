-- The previous snapshot of each feed, a row a record: nothing else is compared with.

CREATE TABLE snapshot_feeds (
    feed_id  int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender   text NOT NULL,
    name     text NOT NULL,
    UNIQUE (sender, name)
);

-- How far each table of a feed has been heard, by the day that its snapshot speaks of.
CREATE TABLE snapshot_tables (
    feed_id      int  NOT NULL REFERENCES snapshot_feeds,
    name         text NOT NULL,
    as_at        date NOT NULL,
    message_ref  uuid NOT NULL,
    PRIMARY KEY (feed_id, name)
);

CREATE TABLE snapshot_rows (
    feed_id  int     NOT NULL REFERENCES snapshot_feeds,
    name     text    NOT NULL,
    key      bytea   NOT NULL,
    own      text    NOT NULL,
    subject  text    NOT NULL,
    known    bytea   NOT NULL,
    other    bytea   NOT NULL,
    carried  bytea   NOT NULL,
    said     bytea   NOT NULL,
    version  int     NOT NULL,
    gone     boolean NOT NULL,
    PRIMARY KEY (feed_id, name, key)
);
CREATE INDEX ON snapshot_rows (feed_id, subject);
