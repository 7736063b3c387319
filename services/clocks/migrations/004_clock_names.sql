-- The kind of each clock: what is counted again is counted for some kinds.
ALTER TABLE clocks ADD COLUMN clock text;
UPDATE clocks SET clock = convert_from(body, 'UTF8')::json ->> 'clock';
ALTER TABLE clocks ALTER COLUMN clock SET NOT NULL;
