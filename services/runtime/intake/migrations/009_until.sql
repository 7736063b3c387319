-- A record that was deleted may be made again: what was heard later stands.
ALTER TABLE withdrawals ADD COLUMN until timestamptz;
ALTER TABLE undoings ADD COLUMN until timestamptz;
