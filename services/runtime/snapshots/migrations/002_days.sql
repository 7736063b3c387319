-- Of which days a record was said: the first since it stands, and the last. A return that
-- comes again for the same day takes back what only its earlier self said. Rows from
-- before this are of no known day.

ALTER TABLE snapshot_rows ADD COLUMN first_on date, ADD COLUMN last_on date;
