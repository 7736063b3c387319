-- Whether nobody who stated the number with that date of birth gave a name beside it.
ALTER TABLE lookups ADD COLUMN nameless boolean NOT NULL DEFAULT false;
