-- Who sent what a row is about, so that what a topic held can be counted by source.
ALTER TABLE ledger ADD COLUMN source text;
