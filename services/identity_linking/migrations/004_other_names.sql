-- By the id under which a sender may speak of somebody, as a person's reference, the
-- persons whom that sender calls so as well.
CREATE TABLE other_names (
    name        text NOT NULL,
    person_ref  text NOT NULL,
    PRIMARY KEY (name, person_ref)
);
