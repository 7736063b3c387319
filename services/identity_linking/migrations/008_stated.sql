-- By which statement an event identified its child: a correction is compared with it. Events
-- from before this are compared with nothing.
ALTER TABLE events ADD COLUMN stated text;
