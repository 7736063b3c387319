-- Who sent each event, so that entries can be counted by source.
ALTER TABLE entries ADD COLUMN source text;
UPDATE entries SET source = convert_from(entry, 'UTF8')::jsonb ->> 'source';
ALTER TABLE entries ALTER COLUMN source SET NOT NULL;
