-- The child that a clock was of when it was first told of: under its key all that is
-- published of the clock is put, so that it keeps its order when the clock moves.
ALTER TABLE clocks ADD COLUMN home text;
UPDATE clocks SET home = convert_from(said, 'UTF8')::jsonb ->> 'subject';
ALTER TABLE clocks ALTER COLUMN home SET NOT NULL;
