-- What each mapping says, by the version that its events carry.
CREATE TABLE mappings (
    version  text PRIMARY KEY,
    content  text NOT NULL
);
