-- Messages that were taken and became nothing: they repeat a withdrawal of what is not there.
CREATE TABLE repeated (message_ref uuid PRIMARY KEY);
