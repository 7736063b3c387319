"""What came in is there, counted from every table; whatever is missing is seen."""

import re
from uuid import uuid4

import pytest

from tests.integration.test_doors_health import bundle, post, settled
from tests.support.agencies import (
    COUNCIL,
    REQUESTED,
    SCHOOL,
    TRUST,
    event,
    somebody,
    sql,
)
from tests.support.fhir_door import put
from tests.support.fhir_door import settled as settled_resource
from tests.support.local_stack import until
from tests.support.resources import appointment

READERS = {
    ("health-gateway", "health.inbound"),
    ("education-gateway", "education.inbound"),
    ("identity-linking", "events.translated"),
    ("timeline", "events.linked"),
    ("clocks", "events.linked"),
    ("delivery", "events.linked"),
    ("delivery", "clocks.changed"),
}
TABLES = {
    ("education-gateway", "education.inbound"): (
        "education_gateway.receipts",
        "message_ref = '{message}'",
    ),
    ("identity-linking", "events.translated"): (
        "identity_linking.events",
        "event_id = '{event}'",
    ),
    ("timeline", "events.linked"): ("timeline.entries", "id = '{event}'"),
    ("clocks", "events.linked"): ("clocks.entries", "id = '{event}'"),
    ("delivery", "events.linked"): ("delivery.entries", "id = '{event}'"),
    ("delivery", "clocks.changed"): (
        "delivery.notices",
        "event_id = (SELECT event_id FROM delivery.notices WHERE kind = 'clock' LIMIT 1)",
    ),
}
"""Where each reader keeps what it has taken, and which row is one message's."""


@pytest.fixture(scope="module")
def console(stack):
    """The shared stack with a console that counts all the time."""
    often = {"CONSOLE_BALANCE_EVERY_SECONDS": "0.3", "CONSOLE_SETTLE_SECONDS": "1"}
    stack.start_service("console", env=often)
    stack.wait_ready("console", seconds=180)
    yield stack.address("console")
    stack.stop("console")


def status(agencies, console):
    """Return what the console counted last, or nothing."""
    headers = agencies.as_(COUNCIL, "operator", scope="operate read")
    said = agencies.http.get(f"{console}/status", headers=headers).json()
    return said["conservation"] or {
        "difference": None,
        "lines": [],
        "unchecked": ["all"],
    }


def differing(balance):
    """Return reader, topic, source and difference of each line that differs."""
    return {
        (one["reader"], one["topic"], one["source"], one["difference"])
        for one in balance["lines"]
        if one["difference"]
    }


def in_balance(agencies, console):
    """Return the balance once everything was counted and nothing differs."""

    def good():
        """Return whether it is."""
        said = status(agencies, console)
        return said["difference"] == 0 and not said["unchecked"]

    until(good)
    return status(agencies, console)


def exported(agencies, console):
    """Return the sum of all differences that the metric exports."""
    text = agencies.http.get(f"{console}/metrics").text
    found = re.findall(
        r"^throughline_conservation_difference\{.*\} (\S+)$", text, re.MULTILINE
    )
    return sum(abs(float(one)) for one in found)


def test_everything_is_in_one_state(agencies, console):
    """Accepted, refused, in conflict, twice and by both doors: the sums agree."""
    person, patient = somebody(), somebody(upn=None)
    own = event(person, REQUESTED)
    agencies.publish(own)
    agencies.publish(own)
    agencies.publish(own | {"occurred": "2026-03-01"})
    agencies.post([event(person, REQUESTED), {}])
    agencies.post(b"{")
    settled(agencies, post(agencies, bundle(patient)))
    mistake = appointment(f"pat-{uuid4()}", f"a-{uuid4()}", "entered-in-error")
    for _ in range(2):
        became = settled_resource(agencies, put(agencies, mistake))
        assert (became["state"], became["events"]) == ("translated", [])
    sql(
        agencies,
        "INSERT INTO education_gateway.out_of_scope VALUES"
        f" ('{SCHOOL}', '2026-03-02', 'outside', 2) ON CONFLICT DO NOTHING",
    )
    before = in_balance(agencies, console)

    again = agencies.publish(event(person, "ehcp.draft_issued.v1"))

    def grown():
        """Return whether the new event was counted by every reader."""
        held, kept = heard(before, COUNCIL), heard(status(agencies, console), COUNCIL)
        return all(kept[one] > held[one] for one in held if "linked" in one[1])

    until(grown)
    said = in_balance(agencies, console)
    assert {(one["reader"], one["topic"]) for one in said["lines"]} == READERS
    assert exported(agencies, console) == 0
    states = {(row["what"], row["source"], row["state"]) for row in said["states"]}
    assert {
        ("message", COUNCIL, "translated"),
        ("message", COUNCIL, "refused"),
        ("message", SCHOOL, "out of scope"),
        ("event", COUNCIL, "linked"),
        ("event", TRUST, "linked"),
    } <= states
    assert again["state"] == "translated"


def heard(balance, source):
    """Return what each reader has kept of *source*."""
    return {
        (one["reader"], one["topic"]): one["kept"]
        for one in balance["lines"]
        if one["source"] == source
    }


def test_what_is_missing_anywhere_is_seen(agencies, console):
    """One row taken out of each reader's table: a line each says so, until it is back."""
    receipt = agencies.publish(event(somebody(), REQUESTED))
    until(lambda: sql(agencies, "SELECT 1 FROM delivery.notices WHERE kind = 'clock'"))
    in_balance(agencies, console)
    ids = {"message": receipt["message_ref"], "event": receipt["events"][0]["id"]}
    for table, which in TABLES.values():
        aside = f"CREATE TABLE {table}_aside AS SELECT * FROM {table} WHERE "
        sql(agencies, aside + which.format(**ids))
        sql(agencies, f"DELETE FROM {table} WHERE {which.format(**ids)}")
    clocks = "urn:throughline:clocks"
    wanted = {
        (*reader, clocks if reader[1] == "clocks.changed" else COUNCIL, 1)
        for reader in TABLES
    }
    until(lambda: differing(status(agencies, console)) == wanted)
    until(lambda: exported(agencies, console) == len(TABLES))

    for table, _ in TABLES.values():
        back = (
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table}_aside"
        )
        sql(agencies, back)
        sql(agencies, f"DROP TABLE {table}_aside")
    in_balance(agencies, console)


def test_what_is_there_without_having_come_is_seen(agencies, console):
    """An entry that no topic held is a difference below 0."""
    agencies.publish(event(somebody(), REQUESTED))
    in_balance(agencies, console)
    own = uuid4()
    sql(
        agencies,
        "INSERT INTO timeline.entries (id, person_ref, entry, source)"
        f" SELECT '{own}', person_ref, entry, '{COUNCIL}' FROM timeline.entries LIMIT 1",
    )
    try:
        planted = {("timeline", "events.linked", COUNCIL, -1)}
        until(lambda: differing(status(agencies, console)) == planted)
    finally:
        sql(agencies, f"DELETE FROM timeline.entries WHERE id = '{own}'")
    in_balance(agencies, console)


def test_what_waits_in_vain_is_seen(agencies, console):
    """An event that has been on its way for minutes while nothing is behind is lost."""
    receipt = agencies.publish(event(somebody(), REQUESTED))
    in_balance(agencies, console)
    own, message = receipt["events"][0]["id"], receipt["message_ref"]
    gateway = "education_gateway"
    sql(
        agencies,
        f"UPDATE {gateway}.originals SET kept_at = now() - interval '6 minutes'"
        f" WHERE message_ref = '{message}'",
    )
    state = (
        f"UPDATE {gateway}.receipt_events SET state = '{{}}' WHERE event_id = '{own}'"
    )
    sql(agencies, state.format("translated"))
    waits = {("education_gateway, waiting", "event", COUNCIL, 1)}
    until(lambda: differing(status(agencies, console)) == waits)
    sql(agencies, state.format("linked"))
    in_balance(agencies, console)


def test_a_service_that_is_away_is_not_counted(agencies, console):
    """Silence is no balance: what could not be asked is named."""
    agencies.stack.stop("clocks")
    until(lambda: "clocks" in status(agencies, console)["unchecked"])
    agencies.stack.start_again("clocks")
    agencies.stack.wait_ready("clocks", seconds=180)
    in_balance(agencies, console)
