-- A receipt may be read a part at a time, in the order of its places.
CREATE INDEX ON receipt_events (message_ref, place);
DROP INDEX receipt_events_message_ref_idx;
