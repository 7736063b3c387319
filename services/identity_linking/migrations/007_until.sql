-- A record that was deleted may be made again: what was heard later stands.
ALTER TABLE events ADD COLUMN withdraws_until text;
