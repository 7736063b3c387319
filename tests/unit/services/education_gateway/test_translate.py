"""A CloudEvent becomes a Statement, or a refusal that lists every fault and no value."""

import pytest

from services.education_gateway.errors import EventRefused
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


def test_a_good_event_is_stated():
    """What the sender said is there; its own record defaults to its id, version 1."""
    said = statement()

    assert (said.type, said.occurred, said.occurredprecision) == (
        "ehcna.advice_requested.v1",
        "2026-03-02",
        "day",
    )
    assert (said.sourcerecord, said.sourceversion) == ("EHC-417-3", 1)
    assert said.person == PERSON
    assert said.data == {"body": "urn:ods:RNU", "sent_on": "2026-03-02"}
    assert said.flags == ()


def test_the_senders_record_and_version_are_kept():
    """They are the sender's, unchanged, from version 0 on."""
    said = statement(sourcerecord="R/1 ä", sourceversion=0)

    assert (said.sourcerecord, said.sourceversion) == ("R/1 ä", 0)


def test_what_is_not_a_senders_to_say_is_ignored():
    """Time, subject and category are ours."""
    assert statement(time="x", subject="c-1", category="ehc") == statement()


@pytest.mark.parametrize(
    ("occurred", "said", "precision"),
    [
        ("2026-03-02", None, "day"),
        ("2024-02-29", None, "day"),
        ("2026-03-02T09:15:00+01:00", None, "instant"),
        ("2026-03-02T09:15Z", None, "instant"),
        ("2026-03-02T09:15:00.123456789Z", None, "instant"),
        ("2026-03-02", "by", "by"),
    ],
)
def test_when_it_happened_is_kept_as_it_was_said(occurred, said, precision):
    """A date is a day, an instant an instant, and `by` is the sender's word."""
    got = statement(occurred=occurred, occurredprecision=said)

    assert (got.occurred, got.occurredprecision) == (occurred, precision)


FAULTS = {
    "no specversion": ({"specversion": None}, "/specversion"),
    "another specversion": ({"specversion": "0.3"}, "/specversion"),
    "no id": ({"id": None}, "/id"),
    "an empty id": ({"id": ""}, "/id"),
    "an id that is a number": ({"id": 3}, "/id"),
    "a very long id": ({"id": "x" * 201}, "/id"),
    "no source": ({"source": None}, "/source"),
    "a source that is no text": ({"source": ["urn:dfe:la:931"]}, "/source"),
    "no type": ({"type": None}, "/type"),
    "a type that is no text": ({"type": {}}, "/type"),
    "no occurred": ({"occurred": None}, "/occurred"),
    "a day that does not exist": ({"occurred": "2026-02-30"}, "/occurred"),
    "a day that stands for none": ({"occurred": "9999-12-31"}, "/occurred"),
    "an instant before all offsets": (
        {"occurred": "0001-01-01T00:00:00+14:00"},
        "/occurred",
    ),
    "an instant without offset": ({"occurred": "2026-03-02T09:15:00"}, "/occurred"),
    "an hour that does not exist": ({"occurred": "2026-03-02T25:00:00Z"}, "/occurred"),
    "an offset that does not exist": (
        {"occurred": "2026-03-02T09:00:00+99:00"},
        "/occurred",
    ),
    "a day in other digits": ({"occurred": "２０２６-03-02"}, "/occurred"),
    "a day in another form": ({"occurred": "02/03/2026"}, "/occurred"),
    "a day with a line break": ({"occurred": "2026-03-02\n"}, "/occurred"),
    "an unknown precision": ({"occurredprecision": "about"}, "/occurredprecision"),
    "a precision that is no text": (
        {"occurredprecision": ["by"]},
        "/occurredprecision",
    ),
    "a version in words": ({"sourceversion": "two"}, "/sourceversion"),
    "a version that is true": ({"sourceversion": True}, "/sourceversion"),
    "a version below nought": ({"sourceversion": -1}, "/sourceversion"),
    "a version beyond any table": ({"sourceversion": 2**64}, "/sourceversion"),
    "a broken version": ({"sourceversion": 1.5}, "/sourceversion"),
    "a record that is a number": ({"sourcerecord": 1}, "/sourcerecord"),
    "an empty record": ({"sourcerecord": ""}, "/sourcerecord"),
    "an unknown sensitivity": ({"sensitivity": "secret"}, "/sensitivity"),
    "a sensitivity that is a list": ({"sensitivity": ["normal"]}, "/sensitivity"),
    "a correlation that is a number": ({"correlationid": 1}, "/correlationid"),
    "no data": ({"data": None}, "/data"),
    "data that is a list": ({"data": []}, "/data"),
    "no person": ({"data": {"body": "urn:ods:RNU"}}, "/data/person"),
    "a person that is text": ({"data": data(person="P88")}, "/data/person"),
    "nobody": ({"data": data(person={})}, "/data/person"),
    "a person without identifier": (
        {"data": data(person={"family_name": "Vale"})},
        "/data/person",
    ),
    "a malformed NHS number": (
        {"data": person(nhs_number="999 123 4519")},
        "/data/person/nhs_number",
    ),
    "an NHS number that is a number": (
        {"data": person(nhs_number=9991234519)},
        "/data/person/nhs_number",
    ),
    "an NHS number in other digits": (
        {"data": person(nhs_number="９９９１２３４５１９")},
        "/data/person/nhs_number",
    ),
    "a malformed UPN": ({"data": person(upn="I931123424001")}, "/data/person/upn"),
    "a birth that does not exist": (
        {"data": person(date_of_birth="2018-13-04")},
        "/data/person/date_of_birth",
    ),
    "a birth that stands for none": (
        {"data": person(date_of_birth="9999-12-31")},
        "/data/person/date_of_birth",
    ),
    "a body without form": ({"data": data(body="Oxford Health")}, "/data/body"),
    "no body": ({"data": {"person": PERSON}}, "/data/body"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused_with_its_place(name):
    """The place is told as a pointer, and nothing that the sender wrote is repeated."""
    changes, where = FAULTS[name]
    with pytest.raises(EventRefused) as raised:
        statement(**changes)

    refused = raised.value
    assert where in [place for place, _ in refused.faults]
    shown = str(refused.problem())
    for value in ("9991234519", "999 123 4519", "P88", "Vale", "2018-13-04"):
        assert value not in shown


def test_every_fault_is_listed():
    """A sender mends all of them at once."""
    with pytest.raises(EventRefused) as raised:
        statement(id="", occurred="x", data=person(nhs_number="1", upn="2"))

    places = {place for place, _ in raised.value.faults}
    assert places == {
        "/id",
        "/occurred",
        "/data/person/nhs_number",
        "/data/person/upn",
    }


@pytest.mark.parametrize("said", ["text", 3, None, [], [1]])
def test_what_is_no_object_is_refused(said):
    """An event is a JSON object."""
    with pytest.raises(EventRefused) as raised:
        to_statement(said, sender=COUNCIL, place=0)

    assert raised.value.problem()["status"] == 422


def test_another_senders_event_is_a_403():
    """Nobody sends in another's name."""
    with pytest.raises(EventRefused) as raised:
        statement(source="urn:ods:RNU")

    assert (raised.value.reason, raised.value.problem()["status"]) == (
        "not-the-sender",
        403,
    )


def test_an_unknown_type_is_named_as_such():
    """The reason tells a misspelt type from broken data."""
    with pytest.raises(EventRefused) as raised:
        statement(type="ehcna.requested.v99")

    assert raised.value.reason == "unknown-type"


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"nhs_number": "9991234518"}, ("nhs-number-check-failed",)),
        ({"upn": "A931123424001"}, ("upn-check-failed",)),
        ({"upn": "M931123424001"}, ()),
        (
            {"nhs_number": "0000000000", "upn": "A931123424001"},
            ("nhs-number-check-failed", "upn-check-failed"),
        ),
    ],
)
def test_a_wrong_check_digit_is_a_flag(changes, flags):
    """A number that fails its check is taken as it came, and marked."""
    said = statement(data=person(**changes))

    assert said.flags == flags
    assert changes.items() <= said.person.items()


def test_an_unknown_member_is_left_out_and_flagged():
    """Newer senders may say more than we know."""
    said = statement(data=data(notes="free text about the child"))

    assert said.flags == ("field-left-out",)
    assert "notes" not in said.data


def test_a_member_that_is_null_is_one_not_said():
    """`received_on: null` says nothing, of the event as of its person."""
    said = statement(data=data(received_on=None, person=PERSON | {"upn": None}))

    assert said.data.keys() == {"body"}
    assert said.person == PERSON
    assert said.flags == ()


def test_a_withdrawal_names_a_record():
    """`event.withdrawn.v1` says which record it takes back, of the sender's own."""
    withdrawn = {"sourcerecord": "EHC-417-3", "sourceversion": 2}
    said = statement(
        type="event.withdrawn.v1",
        data={"person": PERSON, "withdraws": withdrawn, "reason": "entered-in-error"},
    )

    assert said.data["withdraws"] == withdrawn


@pytest.mark.parametrize("sent", [{"person": PERSON}, data(sent_on="2026-03-02")])
def test_a_purge_takes_back_every_version_of_its_record(sent):
    """Whatever else the object says; who sends it need not say the rest again."""
    said = statement(purge=True, sourcerecord="R-1", sourceversion=3, data=sent)

    assert (said.type, said.sourcerecord) == ("event.withdrawn.v1", "R-1")
    assert said.sourceversion == 3
    assert said.data == {"withdraws": {"sourcerecord": "R-1"}, "reason": "purged"}
    assert said.person == PERSON
    assert statement(purge=True, data=sent).data["withdraws"] == {
        "sourcerecord": "EHC-417-3"
    }


def test_a_purge_that_is_none_changes_nothing():
    """Objects that stand carry the flag as well, and it says that they stand."""
    assert statement(purge=False) == statement()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"purge": "true"}, "/purge"),
        ({"purge": 1}, "/purge"),
        ({"purge": True, "type": "event.withdrawn.v1"}, "/purge"),
        ({"purge": True, "data": {}}, "/data/person"),
        ({"purge": True, "data": "x"}, "/data/person"),
        ({"purge": True, "type": "no.such.v1"}, "/type"),
    ],
)
def test_a_purge_is_judged(changes, where):
    """It is true or false, names whom it is about, and purges what there can be."""
    with pytest.raises(EventRefused) as refused:
        statement(**changes)

    assert where in [fault[0] for fault in refused.value.faults]


def suspended(**members):
    """Return what a suspension states that has all that is expected."""
    said = {
        "person": PERSON,
        "category": "SUSP",
        "reasons": ["DB"],
        "provision": "K",
    } | members
    return statement(type="school.suspension.v1", data=said)


def test_a_retired_code_is_taken_in_with_a_warning():
    """The sender learns which member and which list; the event is flagged."""
    said = suspended(reasons=["DB", "OT"])

    assert said.flags == ("retired-code",)
    assert said.warnings == (("/data/reasons", "is a retired code of dfe:cbds:CS010"),)
    assert said.data["reasons"] == ["DB", "OT"]


def test_a_code_is_judged_by_the_year_of_what_happened():
    """A late report of 2019 may say what was right in 2019."""
    said = statement(
        type="school.suspension.v1",
        occurred="2019-11-04",
        data={
            "person": PERSON,
            "category": "FIXD",
            "reasons": ["OT"],
            "provision": "N",
        },
    )

    assert said.flags == said.warnings == ()


def test_an_open_list_warns_of_what_it_does_not_have():
    """`request_source` was released without its list, so another code is no error."""
    said = statement(
        type="ehcna.requested.v1", data={"person": PERSON, "request_source": "9"}
    )

    assert said.flags == ("unknown-code",)


def test_what_a_type_should_carry_and_does_not_is_said():
    """Nothing is lost for want of a member; the sender is told, and nobody else."""
    said = suspended(category=None)

    assert said.warnings == (("/data/category", "is expected of whoever knows it"),)
    assert said.flags == ()


@pytest.mark.parametrize(
    ("members", "flags", "where"),
    [
        ({"upn": "A801200001001"}, ("upn-check-failed",), "upn"),
        ({"upn": "E000200005001"}, ("upn-council-unknown",), "upn"),
        ({"former_upns": ["A801200005001"]}, ("upn-check-failed",), "former_upns/0"),
        (
            {"former_nhs_numbers": ["9990000019"]},
            ("nhs-number-check-failed",),
            "former_nhs_numbers/0",
        ),
        ({"uln": "9876543210"}, ("uln-check-failed",), "uln"),
        ({"upn": "X00180001701A", "uln": "9023141414"}, (), None),
    ],
)
def test_a_doubtful_number_is_flagged(members, flags, where):
    """Check letter, check digit and authority are doubts, not errors."""
    said = statement(data=person(**members))

    assert said.flags == flags
    places = [place for place, _ in said.warnings if place.startswith("/data/person")]
    assert places == ([f"/data/person/{where}"] if where else [])


@pytest.mark.parametrize("wrong", [{"upn": "I801200001001"}, {"uln": "1"}])
def test_a_malformed_number_is_refused(wrong):
    """In an event a number of another form is an error, and names its member."""
    with pytest.raises(EventRefused) as refused:
        statement(data=person(**wrong))

    assert refused.value.where == f"/data/person/{next(iter(wrong))}"
