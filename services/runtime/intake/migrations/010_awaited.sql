-- How many of a message's items are on their way: its receipt waits for the last.
ALTER TABLE receipts ADD COLUMN awaited int NOT NULL DEFAULT 0;
