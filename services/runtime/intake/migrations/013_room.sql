-- What is kept of a receipt changes a moment later: with room on its page a row stays where
-- its indexes find it.
ALTER TABLE receipt_events SET (fillfactor = 50);
ALTER TABLE receipts SET (fillfactor = 70);
