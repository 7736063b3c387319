-- A withdrawal may name every version up to one: what is stated under a higher one stands.
ALTER TABLE events ADD COLUMN withdraws_upto bigint;
