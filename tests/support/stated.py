"""An event of a council's, to vary one thing at a time, and what it states."""

from services.education_gateway.translate import to_statement

COUNCIL = "urn:dfe:la:931"
PERSON = {"local_id": "P88", "nhs_number": "9991234519", "date_of_birth": "2018-05-04"}


def event(**changes):
    """Return a good event with changes; a change to None leaves a member out."""
    said = {
        "specversion": "1.0",
        "id": "EHC-417-3",
        "source": COUNCIL,
        "type": "ehcna.advice_requested.v1",
        "occurred": "2026-03-02",
        "data": {"person": PERSON, "body": "urn:ods:RNU", "sent_on": "2026-03-02"},
    } | changes
    return {name: value for name, value in said.items() if value is not None}


def statement(**changes):
    """Return what an event states."""
    return to_statement(event(**changes), sender=COUNCIL, place=0)


def data(**changes):
    """Return good data with changes."""
    return {"person": PERSON, "body": "urn:ods:RNU"} | changes


def person(**changes):
    """Return good data about a person with changes; None leaves a member out."""
    said = {k: v for k, v in (PERSON | changes).items() if v is not None}
    return data(person=said)
