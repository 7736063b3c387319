"""What a new mapping says otherwise of what came before, on a real stack."""

from uuid import uuid4

import httpx
import pytest

from tests.support.agencies import COUNCIL, TRUST, somebody, sql
from tests.support.fhir_door import put, send, settled
from tests.support.local_stack import until
from tests.support.mapped import CLINIC, GATEWAY, Mapped, now
from tests.support.resources import observation, patient, service_request

REFERRED = "referral.received.v1"


@pytest.fixture(scope="module")
def mapped(agencies, tmp_path_factory):
    """Yield a gateway whose mapping this file may change."""
    gateway = Mapped(agencies, tmp_path_factory.mktemp("mapped"))
    yield gateway
    gateway.stop()


def referral(own, code, **more):
    """Return a referral to a clinic of the trust's own."""
    coded = {"coding": [{"system": CLINIC, "code": code}]}
    return service_request(own, f"sr-{own}", code="3457005", **more) | {"code": coded}


@pytest.fixture
def heard(agencies):
    """Return a child of whom the trust has told, and since when."""
    person, own, since = somebody(upn=None), f"pat-{uuid4()}", now()
    settled(agencies, put(agencies, patient(person, own)))
    return person, own, since


def of(agencies, person, kind=REFERRED, count=1):
    """Return the entries of a type, once there are *count* of them."""
    child = agencies.child_of(person, TRUST)

    def found():
        """Return them now."""
        return [e for e in agencies.entries(child, TRUST) if e["type"] == kind]

    until(lambda: len(found()) >= count)
    return found()


def test_a_mapping_that_changed_publishes_the_next_revision(agencies, mapped, heard):
    """First shown and nothing is published; then said once, and never again."""
    person, own, since = heard
    code = f"CL-{own}"
    settled(agencies, put(agencies, referral(own, code)))
    [first] = of(agencies, person)
    sent = "SELECT count(*) FROM health_gateway.receipt_events"
    mapped.map_clinic(code, "slt")
    events = mapped.rows(sent)

    [shown] = mapped.changes(since, dry_run=True)

    assert shown["child_ref"] == agencies.child_of(person, TRUST)
    assert shown["words"] == {"service": [None, "slt"]}
    assert (shown["was"]["id"], shown["now"]["revision"]) == (first["id"], 2)
    assert mapped.rows(sent) == events

    [done] = mapped.changes(since, dry_run=False)
    told = {e["id"]: e for e in of(agencies, person, count=2)}
    before, after = told[first["id"]], told[done["now"]["id"]]

    assert done["now"] == shown["now"]
    assert (before["state"], before["supersededby"]) == ("superseded", after["id"])
    assert (after["id"], after["state"]) == (shown["now"]["id"], "linked")
    assert (after["supersedes"], after["data"]["service"]) == (first["id"], "slt")
    assert after["time"] == first["time"]
    assert mapped.changes(since, dry_run=False) == []
    assert len(of(agencies, person, count=2)) == 2


def test_an_event_keeps_the_version_under_which_it_was_told(agencies, mapped, heard):
    """A version without a number was counted otherwise once: nothing is told as gone."""
    person, own, since = heard
    code = f"CL-{own}"
    settled(agencies, put(agencies, referral(own, code, meta={})))
    [first] = of(agencies, person)
    for table in ("records", "receipt_events"):
        sql(
            agencies,
            f"UPDATE health_gateway.{table} SET sourceversion = sourceversion + 10^13"
            f" WHERE event_id = '{first['id']}'",
        )
    mapped.map_clinic(code, "slt")

    [done] = mapped.changes(since, dry_run=False)

    assert (done["was"]["id"], done["now"]["revision"]) == (first["id"], 2)
    assert mapped.changes(since, dry_run=False) == []


@pytest.mark.long
@pytest.mark.parametrize("place", ["before-commit", "after-commit"])
def test_whoever_dies_in_the_middle_begins_again(agencies, mapped, heard, place):
    """Of many messages each is published once, though the gateway died at the second."""
    person, own, since = heard
    code = f"CL-{own}"
    for nth in range(6):
        settled(
            agencies, put(agencies, referral(own, code) | {"id": f"sr-{nth}-{own}"})
        )
    of(agencies, person, count=6)
    mapped.map_clinic(code, "slt")
    mapped.stop()
    mapped.start(THROUGHLINE_FAILPOINT=f"{place}@request:3")
    with pytest.raises(httpx.HTTPError):
        mapped.changes(since, dry_run=False)
    mapped.stop()
    mapped.start()

    again = mapped.changes(since, dry_run=False)
    told = of(agencies, person, count=12)

    assert len(again) == (5 if place == "before-commit" else 4)
    assert sorted((e["state"], e["data"].get("service")) for e in told) == [
        *[("linked", "slt")] * 6,
        *[("superseded", None)] * 6,
    ]
    assert mapped.changes(since, dry_run=False) == []
    assert len(of(agencies, person, count=12)) == 12


def test_what_is_stated_no_longer_is_taken_back_and_comes_again(
    agencies, mapped, heard
):
    """A code that means a referral no more leaves one entry, and so does its return."""
    person, own, since = heard
    code = f"CL-{own}"
    mapped.map_clinic(code, "ot")
    order = {"category": [{"coding": [{"code": "108252007"}]}]}
    settled(agencies, put(agencies, referral(own, code, **order)))
    mapped.changes(since, dry_run=False)
    states = []
    for service in (None, "ot", "ot"):
        mapped.map_clinic(code, service)
        mapped.changes(since, dry_run=False)
        states.append(standing(agencies, mapped, person))

    assert states == [
        ["health.unclassified.v1"],
        [REFERRED],
        [REFERRED],
    ]


def standing(agencies, mapped, person):
    """Return the types of what stands of a referral, once nothing is on its way."""
    waiting = "SELECT 1 FROM health_gateway.receipt_events WHERE state = 'translated'"
    until(lambda: not mapped.rows(waiting))
    child = agencies.child_of(person, TRUST)
    kinds = {REFERRED, "health.unclassified.v1"}
    shown = agencies.entries(child, TRUST)
    return [e["type"] for e in shown if e["type"] in kinds and e["state"] == "linked"]


def test_what_was_taken_back_stays_so(agencies, mapped, heard):
    """A withdrawal is of the record: a new reading of it does not bring it back."""
    person, own, since = heard
    code = f"CL-{own}"
    settled(agencies, put(agencies, referral(own, code)))
    answer = send(agencies, "DELETE", f"/ServiceRequest/sr-{own}")
    settled(agencies, answer)
    mapped.map_clinic(code, "physio")

    mapped.changes(since, dry_run=False)

    assert {e["state"] for e in of(agencies, person, count=2)} <= {
        "withdrawn",
        "superseded",
    }


def test_a_record_that_moved_is_read_again_with_the_others(agencies, mapped, heard):
    """Its next version is of another person: ours is to say that it moved, not a mapping's."""
    person, own, since = heard
    other, theirs, code = somebody(upn=None), f"pat-{uuid4()}", f"CL-{own}"
    record = referral(own, code)
    settled(agencies, put(agencies, record))
    settled(agencies, put(agencies, patient(other, theirs)))
    moved = referral(theirs, code, version="2") | {"id": record["id"]}
    settled(agencies, put(agencies, moved))
    of(agencies, other)
    mapped.map_clinic(code, "slt")

    found = mapped.changes(since, dry_run=False)

    assert agencies.child_of(other, TRUST) in {one["child_ref"] for one in found}
    assert {e["data"].get("service") for e in of(agencies, other, count=2)} == {
        None,
        "slt",
    }
    assert {e["state"] for e in of(agencies, person)} == {"superseded"}


def test_only_what_is_said_otherwise_is_published(agencies, mapped, heard):
    """A record that the new mapping reads as before is left alone, and not asked again."""
    person, own, since = heard
    settled(agencies, put(agencies, observation(own, f"o-{own}")))
    mapped.map_clinic(f"CL-{own}", "slt")

    assert mapped.changes(since, dry_run=False) == []
    assert mapped.ask(since=since).json()["examined"] == 0
    assert len(of(agencies, person, "health.unclassified.v1")) == 1


def test_each_event_says_by_which_mapping_it_was_made(mapped, heard):
    """The version is written beside what it says, so that it can be read by again."""
    del heard
    kept = {
        row["version"] for row in mapped.rows("SELECT * FROM health_gateway.mappings")
    }
    used = mapped.rows("SELECT DISTINCT mapping FROM health_gateway.records")

    assert {row["mapping"] for row in used} <= kept


@pytest.mark.parametrize(
    ("org", "role", "scope"),
    [
        (COUNCIL, "operator", "publish read"),
        (COUNCIL, "send_officer", "operate"),
        (TRUST, "operator", "operate read"),
    ],
)
def test_it_is_for_operators_that_are_agreed(agencies, mapped, org, role, scope):
    """Nobody else learns of a change, or makes one."""
    url = mapped.stack.address(GATEWAY, 2) + "/retranslations"
    own = agencies.as_(org, role, scope=scope)

    answer = agencies.http.post(url, json={"since": now()}, headers=own)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "said", [{}, {"since": "yesterday"}, {"since": now(), "dry_run": 1}, [], None]
)
def test_a_question_that_is_none_is_not_understood(mapped, said):
    """Nothing is published by mistake: the answer says what to send."""
    url = mapped.stack.address(GATEWAY, 2) + "/retranslations"
    own = mapped.agencies.as_("urn:dfe:la:931", "operator", scope="operate read")

    answer = mapped.agencies.http.post(url, json=said, headers=own)

    assert answer.status_code == 422


def test_it_leaves_a_row_of_who_asked(mapped):
    """Whether anything was published or only shown."""
    asked = (
        "SELECT count(*) AS n FROM health_gateway.audit WHERE action = 'retranslate'"
    )
    [before] = mapped.rows(asked)

    mapped.ask(since=now(), dry_run=True)

    assert mapped.rows(asked)[0]["n"] == before["n"] + 1
