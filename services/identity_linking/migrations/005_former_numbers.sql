-- NHS numbers that the one beside them superseded, apart by spaces. Each still leads to
-- the child.
ALTER TABLE statements ADD COLUMN former text NOT NULL DEFAULT '';
CREATE INDEX ON statements USING gin (string_to_array(former, ' ')) WHERE former <> '';
