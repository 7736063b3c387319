-- What was written to lanes stays for as long as its topic keeps it, so that a log that is
-- lost can be published again; the outbox is what of it still waits.
ALTER TABLE outbox RENAME TO written;
ALTER TABLE written ADD COLUMN at timestamptz NOT NULL DEFAULT now();
CREATE INDEX ON written USING brin (at);
-- OFFSET 0: lane by lane from the index, however much the table holds.
CREATE VIEW outbox AS
SELECT w.* FROM lanes l CROSS JOIN LATERAL (
    SELECT o.topic, o.partition, o.seq, o.key, o.headers, o.value FROM written o
    WHERE o.topic = l.topic AND o.partition = l.partition AND o.seq > l.confirmed_seq
    OFFSET 0
) w;

-- The cluster of which an operator has said that it is new on purpose.
ALTER TABLE cluster ADD COLUMN accepted text;
