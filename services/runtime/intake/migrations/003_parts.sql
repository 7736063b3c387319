-- A delivery of files is kept in parts of bearable size; anything else is one part.
ALTER TABLE originals ADD COLUMN file int NOT NULL DEFAULT 0;
ALTER TABLE originals ADD COLUMN name text;
ALTER TABLE originals ADD COLUMN part int NOT NULL DEFAULT 0;
