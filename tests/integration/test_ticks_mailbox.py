"""
A real MESH sandbox's mailbox is emptied: nothing lost, nothing twice, in order.

A death ends reminders, which only a later day shows: like `test_ticks.py` this file has
a name that puts it last.
"""

import asyncio
from contextlib import closing
from datetime import date, timedelta

import orjson
import pytest

from schemas.topics import CLOCKS_CHANGED
from services.health_gateway.clients import Mailbox, MailboxAway
from tests.support import mns, nems
from tests.support.agencies import COUNCIL, TRUST, event, somebody
from tests.support.local_stack import fetch, until
from tests.support.sandbox import NATIONAL, STRANGER, emptied
from tests.support.stepping import read_all

GP = "gp.changed.v1"
STATED = "ehcna.requested.v1"
WARNINGS = {"due_soon", "breached"}
LONG = 300
"""Seconds that many days of a tick may take, of all children of the shared stack."""


@pytest.fixture(scope="module")
def post(stack, tmp_path_factory):
    """A sandbox, and a second gateway that empties the mailbox in it."""
    with emptied(stack, tmp_path_factory.mktemp("mailbox")) as both:
        yield both


@pytest.fixture(scope="module")
def sandbox(post):
    """The sandbox."""
    return post[0]


def known(agencies):
    """Return a child of whom the council has told us, as NEMS may speak of them."""
    person = somebody(upn=None)
    agencies.publish(event(person, STATED))
    return person


def receipts(agencies, own):
    """Return the receipts of a message of MESH's."""
    sql = "SELECT sender, state, reason FROM health_gateway.receipts"
    rows = asyncio.run(fetch(agencies.stack.dsn, f"{sql} WHERE request_id = '{own}'"))
    return [dict(row) for row in rows]


def shown(agencies, person, type_name, count=1):
    """Return the entries of a type on a child's timeline, once there are *count*."""

    def found():
        """Return what is there."""
        every = agencies.entries(agencies.child_of(person))
        return [entry for entry in every if entry["type"] == type_name]

    until(lambda: len(found()) >= count)
    return found()


def settled(agencies, sandbox, person):
    """Return when all that was sent of a child before now has come through."""
    moved = nems.message("pds-change-of-address-1", nems.patient(person), person=person)
    sandbox.send(moved, "CHANGEOFADDRESS_1")
    shown(agencies, person, "demographics.changed.v1")


def test_a_message_in_chunks_is_put_together(agencies, sandbox):
    """It comes in several parts and is one message, one event of the child's."""
    person = known(agencies)
    own = sandbox.send(nems.change_of_gp(person), "CHANGEOFGP_1", max_chunk_size=700)

    [entry] = shown(agencies, person, GP)
    until(lambda: own not in sandbox.waiting())
    assert entry["source"] == NATIONAL
    assert entry["data"] == {
        "practice": "urn:ods:K84019",
        "registered_on": "2026-02-20",
    }
    assert receipts(agencies, own)[0]["state"] == "translated"


def test_a_compressed_message_is_read(agencies, sandbox):
    """MESH's own compression is undone before anything is judged."""
    person = known(agencies)
    sandbox.send(nems.change_of_gp(person), "CHANGEOFGP_1", compress=True)

    assert len(shown(agencies, person, GP)) == 1


def test_what_cannot_be_taken_stands_in_the_way_of_nothing(agencies, sandbox):
    """Each is refused with its reason and acknowledged; what follows is taken."""
    person = known(agencies)
    bad = {
        sandbox.send(b"<Bundle", "CHANGEOFGP_1"): "not-xml",
        sandbox.send(b"\x00\xff" * 50, "MNS_EVENTS"): "not-json",
        sandbox.send(nems.death(person), sender=STRANGER): "unknown-sender",
        sandbox.send(nems.death(person), "TOC_FHIR_OP_ATTEN"): "unknown-workflow",
        sandbox.send(b"x" * 5_000_001, "CHANGEOFGP_1"): "too-large",
    }
    sandbox.send(nems.change_of_gp(person), "CHANGEOFGP_1")

    assert len(shown(agencies, person, GP)) == 1
    until(lambda: not sandbox.waiting())
    for own, reason in bad.items():
        [receipt] = receipts(agencies, own)
        assert (receipt["state"], receipt["reason"]) == ("refused", reason)
    types = {entry["type"] for entry in agencies.entries(agencies.child_of(person))}
    assert "person.died.v1" not in types


def test_the_same_notice_under_another_id_has_no_second_effect(agencies, sandbox):
    """NEMS and MESH promise to deliver at least once."""
    person = known(agencies)
    for _ in range(3):
        sandbox.send(nems.change_of_gp(person), "CHANGEOFGP_1")
    settled(agencies, sandbox, person)

    assert len(shown(agencies, person, GP)) == 1


def test_an_older_notice_that_comes_late_does_not_stand(agencies, sandbox):
    """Neither NEMS nor MESH keeps the order in which notices were published."""
    person = known(agencies)
    sandbox.send(nems.change_of_gp(person, "K84019", version=8), "CHANGEOFGP_1")
    shown(agencies, person, GP)
    sandbox.send(nems.change_of_gp(person, "K84001", version=7), "CHANGEOFGP_1")

    entries = shown(agencies, person, GP, 2)
    states = {entry["data"]["practice"]: entry["state"] for entry in entries}
    assert states == {"urn:ods:K84019": "linked", "urn:ods:K84001": "superseded"}


def test_a_signal_finds_the_child_by_the_number_that_its_sender_has_named(
    agencies, sandbox
):
    """MNS gives a number alone: that is the child of whom NEMS told us whole."""
    person = known(agencies)
    sandbox.send(nems.change_of_gp(person), "CHANGEOFGP_1")
    shown(agencies, person, GP)
    signal = mns.signal("pds-death-notification-2", person["nhs_number"])
    sandbox.send(mns.written(signal), "MNS_EVENTS")

    assert len(shown(agencies, person, "person.died.v1")) == 1


def test_a_superseded_number_leads_to_the_same_child(agencies, sandbox):
    """Whoever still uses the old number, and whoever knows the new one, mean one child."""
    old = known(agencies)
    spare = somebody()
    new = old | {"nhs_number": spare["nhs_number"]}
    child = agencies.child_of(old)
    sandbox.send(nems.number_change(new, old["nhs_number"]))
    shown(agencies, old, "nhs_number.changed.v1")
    agencies.publish(event(new | {"local_id": "T-new"}, STATED, source=TRUST))

    assert agencies.child_of(new) == child
    assert agencies.child_of(old) == child
    assert {e["source"] for e in shown(agencies, old, STATED, 2)} == {COUNCIL, TRUST}


async def test_a_wrong_password_opens_nothing_and_loses_nothing(sandbox):
    """MESH says 403, and what waits goes on waiting."""
    with closing(Mailbox(sandbox.opened(password="wrong"))) as shut:
        for call in (shut.validate(), shut.waiting(), shut.acknowledge("any")):
            with pytest.raises(MailboxAway) as told:
                await call
            assert told.value.status == 403


def test_a_crash_between_commit_and_acknowledgement_has_one_effect(agencies, post):
    """What is committed and still listed comes again, under the same id."""
    sandbox, gateway = post
    person = known(agencies)
    until(lambda: not sandbox.waiting())
    gateway.start({"THROUGHLINE_FAILPOINT": "before-answer"})
    own = sandbox.send(nems.change_of_gp(person), "CHANGEOFGP_1")
    until(lambda: gateway.ended)

    assert sandbox.waiting() == [own]
    assert len(receipts(agencies, own)) == 1
    gateway.start()
    settled(agencies, sandbox, person)
    assert len(shown(agencies, person, GP)) == 1
    assert len(receipts(agencies, own)) == 1


def tick(agencies, day):
    """Ask the clocks to come to *day*; return whether they have."""
    headers = agencies.as_(COUNCIL, "operator", scope="operate")
    url = agencies.url("clocks", "/tick")
    said = {"date": str(day)}
    answer = agencies.http.post(url, json=said, headers=headers, timeout=LONG)
    return answer.status_code == 200


def warned(agencies, entry_id):
    """Return the kinds of warnings about clocks that an event began."""
    records = asyncio.run(read_all(agencies.stack, CLOCKS_CHANGED.name))
    bodies = [orjson.loads(record.value) for record in records]
    own = [said["change"] for said in bodies if said["events"][0] == entry_id]
    return WARNINGS & set(own)


def test_nobody_is_reminded_of_a_child_who_has_died(agencies, sandbox):
    """Of two children whose assessment falls due, the one who lives is spoken of."""
    start = date(2026, 3, 2)
    while not tick(agencies, start):
        start += timedelta(days=7)
    dead, alive = somebody(upn=None), somebody(upn=None)
    begun = [
        agencies.publish(event(one, STATED, occurred=str(start)))["events"][0]["id"]
        for one in (dead, alive)
    ]
    sandbox.send(nems.death(dead), "DEATHNOTIFICATION_1")
    shown(agencies, dead, "person.died.v1")

    assert tick(agencies, start + timedelta(weeks=6, days=1))
    until(lambda: warned(agencies, begun[1]) == WARNINGS)
    assert warned(agencies, begun[0]) == set()
