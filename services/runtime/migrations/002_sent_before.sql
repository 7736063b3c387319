-- What lies in the log and was lost here: read back, and never published again.
CREATE TABLE sent_before (
    topic  text NOT NULL,
    id     uuid NOT NULL,
    PRIMARY KEY (topic, id)
);
