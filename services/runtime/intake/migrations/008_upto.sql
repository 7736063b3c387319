-- A withdrawal may name every version up to one: what is stated under a higher one stands.
ALTER TABLE withdrawals ADD COLUMN upto bigint;
ALTER TABLE undoings ADD COLUMN upto bigint;
