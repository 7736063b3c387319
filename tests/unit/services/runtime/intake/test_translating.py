"""What an item of a message becomes: its events, each about whom it says."""

from uuid import UUID

from schemas.statement import Statement
from services.runtime.envelope import Record
from services.runtime.intake.translating import Translating

MESSAGE = "5b0f0a9e-6c0a-5a7e-9a55-0d6a0f0c1b2d"
GONE = {"withdraws": {"sourcerecord": "r"}, "reason": "entered-in-error"}


def record(**said):
    """Return a record of an inbound topic, of whom the door has said."""
    attributes = {"source": "urn:ods:RNU", "causationid": MESSAGE, "personref": "p-1"}
    return Record("t", 0, 0, b"", attributes | said, [], b"", UUID(int=1), 0, 0)


def statement(facet, person):
    """Return a withdrawal of one side of a record."""
    words = ("event.withdrawn.v1", "2026-03-02", "day", f"r{facet}#withdrawn", 1)
    return Statement(0, *words, person, GONE, facet=facet)


def test_what_names_nobody_is_about_whomever_its_record_is():
    """Though the message names a person, and the door has said which."""
    said = (statement("", {"local_id": "P88"}), statement("#cancelled", {}))

    made = Translating(lambda _: said, b"key").made(record(), said, "1")

    assert [one.person_ref for one in made] == ["p-1", ""]
    assert len({one.id for one in made}) == 2
