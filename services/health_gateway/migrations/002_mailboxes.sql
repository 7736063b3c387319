-- Which process empties a mailbox, and until when it alone may.
CREATE TABLE mailboxes (
    name    text PRIMARY KEY,
    holder  text NOT NULL,
    until   timestamptz NOT NULL
);
