-- What a reader has refused, so that what it took and what it kept can be compared.
CREATE TABLE turned_away (
    reader  text NOT NULL,
    topic   text NOT NULL,
    id      uuid NOT NULL,
    source  text NOT NULL,
    PRIMARY KEY (reader, topic, id)
);
