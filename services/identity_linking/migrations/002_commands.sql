-- By which command a steward decided: the same one has one effect, however often it comes.
ALTER TABLE decisions ADD COLUMN command_id uuid;
CREATE UNIQUE INDEX ON decisions (command_id) WHERE command_id IS NOT NULL;
