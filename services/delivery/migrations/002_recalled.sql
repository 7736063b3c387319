-- Persons of a restricted child, as feeds have them: when that changes, what was given is
-- recalled and what may still be had is given anew.
CREATE TABLE hardened (
    person_ref  text PRIMARY KEY
);
