CREATE TABLE clocks (
    clock_id   uuid PRIMARY KEY,
    child_ref  text NOT NULL,
    facts      text NOT NULL,
    ended      boolean NOT NULL,
    due        date NOT NULL,
    changes    int  NOT NULL,
    said       bytea NOT NULL,
    body       bytea NOT NULL
);
CREATE INDEX ON clocks (child_ref);
CREATE INDEX ON clocks (due) WHERE NOT ended;

-- What was said, once, under the clock's facts of that day.
CREATE TABLE warnings (
    clock_id  uuid NOT NULL,
    state     text NOT NULL,
    facts     text NOT NULL,
    on_day    date NOT NULL,
    PRIMARY KEY (clock_id, state, facts)
);
