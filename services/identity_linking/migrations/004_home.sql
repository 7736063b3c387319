-- The child that a person was of at first: under its key all the person's events are put,
-- so that they keep their order when the person moves.
ALTER TABLE persons ADD COLUMN home text;
UPDATE persons SET home = child_ref;
ALTER TABLE persons ALTER COLUMN home SET NOT NULL;
