"""The education door: one effect for one message, and a receipt that says which."""

from uuid import UUID, uuid4

import pytest

from tests.support.agencies import (
    COUNCIL,
    REQUESTED,
    SCHOOL,
    TRUST,
    event,
    requested,
    somebody,
    sql,
)
from tests.support.local_stack import until


def test_an_accepted_event_can_be_followed(agencies):
    """202 with reference, place and time; the receipt leads to the entry it became."""
    one, own = requested(), str(uuid4())
    answer = agencies.post(one, request_id=own)

    assert answer.status_code == 202
    said = answer.json()
    assert said.keys() == {"message_ref", "received_at", "items"}
    [item] = said["items"]
    assert (item["place"], item["status"], item["problem"]) == (0, "accepted", None)
    assert answer.headers["Location"] == f"/messages/{said['message_ref']}"
    assert answer.headers["X-Request-ID"] == own
    receipt = agencies.settled(said["message_ref"])
    assert (receipt["state"], receipt["received_at"]) == (
        "translated",
        said["received_at"],
    )
    [became] = receipt["events"]
    assert (became["type"], became["state"], became["place"]) == (
        REQUESTED,
        "linked",
        0,
    )
    [entry] = agencies.shown(one["data"]["person"], 1)
    assert entry["id"] == became["id"]
    assert entry["causationid"] == said["message_ref"]
    assert entry["time"] == said["received_at"]


@pytest.mark.parametrize("given", [True, False])
def test_the_correlation_id_leads_to_the_event(agencies, given):
    """It is mirrored, made if absent, and the event carries the one that was told."""
    one = requested()
    own = {"X-Correlation-ID": str(uuid4())} if given else {}
    answer = agencies.post(one, headers=own)

    told = answer.headers["X-Correlation-ID"]
    assert str(UUID(told)) == own.get("X-Correlation-ID", told)
    agencies.settled(answer.json()["message_ref"])
    [entry] = agencies.shown(one["data"]["person"], 1)
    assert entry["correlationid"] == told


def test_the_same_message_again_gets_the_first_answer(agencies):
    """A repeat, whatever the letters of its id, has no second effect."""
    one, own = requested(), str(uuid4())
    first = agencies.post(one, request_id=own)
    agencies.settled(first.json()["message_ref"])
    again = agencies.post(one, request_id=own.upper())

    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(agencies.receipt(first.json()["message_ref"]).json()["events"]) == 1


@pytest.mark.parametrize("other", ["good", "bad", "not JSON"])
def test_the_same_id_with_other_bytes_is_a_conflict(agencies, other):
    """409; the first keeps its effect and the other bytes are kept for a person."""
    one, own = requested(), str(uuid4())
    first = agencies.post(one, request_id=own)
    body = {
        "good": dict(one, occurred="2026-03-01"),
        "bad": dict(one, occurred="soon"),
        "not JSON": f"{own} not JSON".encode(),
    }[other]
    answer = agencies.post(body, request_id=own)

    assert answer.status_code == 409
    assert answer.headers["X-Request-ID"] == own
    assert answer.json()["type"].endswith("/conflict")
    agencies.settled(first.json()["message_ref"])
    [entry] = agencies.shown(one["data"]["person"], 1)
    assert entry["occurred"] == "2026-03-02"
    rows = sql(
        agencies,
        "SELECT r.reason, o.bytes FROM education_gateway.receipts r"
        " JOIN education_gateway.originals o USING (message_ref)"
        f" WHERE r.request_id = '{own}' AND r.state = 'refused'",
    )
    assert [(row["reason"], row["bytes"]) for row in rows] == [
        ("conflict", answer.request.content)
    ]


def test_another_senders_message_may_have_the_same_id(agencies):
    """An id is its sender's: the same one of another is another message."""
    own = str(uuid4())
    answers = [
        agencies.post(requested(source=org), org, request_id=own)
        for org in (COUNCIL, SCHOOL)
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["message_ref"] != answers[1].json()["message_ref"]


def test_a_record_sent_under_a_new_id_has_one_effect(agencies):
    """Systems that mint an id for each retry are known by their record and version."""
    person, record = somebody(), str(uuid4())
    one = event(person, REQUESTED, sourcerecord=record)
    again = dict(one, id=str(uuid4()))
    first, second = agencies.publish(one), agencies.publish(again)

    assert first["message_ref"] != second["message_ref"]
    assert first["events"][0]["id"] == second["events"][0]["id"]
    agencies.publish(event(person, "ehcp.draft_issued.v1"))
    assert len(agencies.shown(person, 2)) == 2


def test_a_version_with_other_content_is_refused(agencies):
    """The same record and version cannot mean two things; a person is told of it."""
    person, record = somebody(), str(uuid4())
    one = event(person, REQUESTED, sourcerecord=record)
    agencies.publish(one)
    other = agencies.publish(dict(one, id=str(uuid4()), occurred="2026-03-01"))

    assert other["state"] == "refused"
    assert other["reason"] == "conflict"


def test_states_follow_corrections_and_withdrawals(agencies):
    """A receipt says of its event that it was superseded, and that it was withdrawn."""
    person, record = somebody(), str(uuid4())
    agencies.publish(event(person, "ehcp.draft_issued.v1"))
    one = event(person, REQUESTED, sourcerecord=record)
    first = agencies.publish(one)["message_ref"]
    mended = dict(one, id=str(uuid4()), sourceversion=2, occurred="2026-03-01")
    second = agencies.publish(mended)["message_ref"]

    def states():
        """Return how both events stand."""
        receipts = [agencies.receipt(ref).json() for ref in (first, second)]
        return [receipt["events"][0]["state"] for receipt in receipts]

    until(lambda: states() == ["superseded", "linked"])
    withdrawn = {"withdraws": {"sourcerecord": record}, "reason": "entered-in-error"}
    taken_back = event(
        person,
        "event.withdrawn.v1",
        data=withdrawn,
        sourcerecord=record,
        sourceversion=3,
    )
    third = agencies.publish(taken_back)
    until(lambda: states() == ["withdrawn", "withdrawn"])

    assert third["events"][0]["state"] == "linked"
    shown = agencies.shown(person, 4)
    said = {e["id"]: e["state"] for e in shown}
    told = [agencies.receipt(r).json() for r in (first, second, third["message_ref"])]
    events = [receipt["events"][0] for receipt in told]
    assert {e["id"]: e["state"] for e in events}.items() <= said.items()


def test_a_receipt_is_read_a_part_at_a_time(agencies):
    """The parts together are the whole, each goes on where the one before ended."""
    person = somebody()
    taken = agencies.post([event(person, "ehcp.draft_issued.v1") for _ in range(7)])
    ref = taken.json()["message_ref"]
    whole = agencies.settled(ref)
    url = agencies.url("education_gateway", f"/messages/{ref}")

    def part(**asked):
        """Return one part of the receipt."""
        return agencies.http.get(url, params=asked, headers=agencies.as_(COUNCIL))

    found, after = [], None
    while True:
        asked = {"limit": 3} | ({} if after is None else {"after": after})
        said = part(**asked).json()
        found += said["events"]
        if (after := said["next"]) is None:
            break

    assert found == whole["events"]
    assert "next" not in whole
    assert len(part(limit=3).json()["events"]) == 3
    assert part(after=99).json()["events"] == []
    assert {part(limit=n).status_code for n in (0, 1001, "x")} == {422}


def test_a_purge_takes_back_what_came_before_it_and_what_comes_after(agencies):
    """The same object with the flag: no version of it stands, in whatever order."""
    person = somebody()
    agencies.publish(event(person, "ehcp.draft_issued.v1"))
    early, late = str(uuid4()), str(uuid4())
    purge = {"purge": True, "sourceversion": 2}
    agencies.publish(event(person, REQUESTED, sourcerecord=late, **purge))
    agencies.publish(
        event(person, REQUESTED, sourcerecord=early),
        event(person, REQUESTED, sourcerecord=late),
    )
    agencies.publish(event(person, REQUESTED, sourcerecord=early, **purge))

    def states():
        """Return type and state of what the timeline shows."""
        return sorted((e["type"], e["state"]) for e in agencies.shown(person, 5))

    taken_back = [("event.withdrawn.v1", "linked"), (REQUESTED, "withdrawn")]
    until(
        lambda: (
            states()
            == sorted([("ehcp.draft_issued.v1", "linked"), *taken_back, *taken_back])
        )
    )
    clocks = agencies.timeline(agencies.child_of(person)).json()["clocks"]
    assert [one["clock"] for one in clocks] == ["ehcp.draft_representations"]


def test_a_wrong_check_digit_is_taken_and_never_links(agencies):
    """Two agencies that mistype a number alike still speak of two children."""
    good = somebody()["nhs_number"]
    mistyped = f"{good[:-1]}{(int(good[-1]) + 1) % 10}"
    person = somebody(nhs_number=mistyped, upn=None)
    other = dict(person, local_id="T-1")
    first = agencies.publish(event(person, REQUESTED))
    second = agencies.publish(
        event(other, "referral.received.v1", source=TRUST, data={"service": "slt"})
    )

    assert [r["events"][0]["state"] for r in (first, second)] == ["linked"] * 2
    rows = sql(
        agencies,
        "SELECT count(DISTINCT child_ref) AS children FROM identity_linking.persons"
        " JOIN identity_linking.statements USING (person_ref)"
        f" WHERE nhs_number = '{mistyped}'",
    )
    assert rows[0]["children"] == 2
