-- Requests that were taken in, by the keyed hash of their Bundle.id: an answer names one.
CREATE TABLE requests_heard (
    bundle       text PRIMARY KEY,
    message_ref  uuid NOT NULL
);
