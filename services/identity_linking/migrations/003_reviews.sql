-- A steward settles what was raised, in words that are never published.
ALTER TABLE reviews
    ADD COLUMN ref         uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN settled_at  timestamptz,
    ADD COLUMN settled_by  text,
    ADD COLUMN words       text;
CREATE UNIQUE INDEX ON reviews (ref);
CREATE INDEX ON reviews (raised_at) WHERE settled_at IS NULL;
