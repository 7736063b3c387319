-- Present while events are read again that published clocks rest on: nothing is published
-- before all that the log holds has been read.
CREATE TABLE catching_up (
    single  boolean PRIMARY KEY DEFAULT true CHECK (single)
);

-- Children whose clocks are to be counted then.
CREATE TABLE uncounted (
    child_ref  text PRIMARY KEY
);
