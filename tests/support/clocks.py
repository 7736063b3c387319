"""The shipped clock rules, and the events that start and end clocks."""

from datetime import date
from pathlib import Path

import yaml

from schemas.clocks import ClockRule, clocks_of
from tests.support.entries import COUNCIL, TRUST, entry

_FOLDER = Path(__file__).parents[2] / "contracts" / "clocks"
RULES = [
    ClockRule.model_validate(yaml.safe_load(path.read_bytes()))
    for path in sorted(_FOLDER.glob("*.yaml"))
]
OTHER_COUNCIL = "urn:dfe:la:825"
ACUTE = "urn:ods:RTH"
EARLY = date(2020, 1, 1)


def clocks(*entries, today=EARLY):
    """Return the clocks of *entries* by kind; a kind that runs twice has two."""
    found = {}
    for clock in clocks_of(entries, RULES, today):
        found.setdefault(clock.clock, []).append(clock)
    return found


def the(kind, *entries, today=EARLY):
    """Return the one clock of that kind."""
    [clock] = clocks(*entries, today=today)[kind]
    return clock


def requested(occurred="2026-03-02", **changes):
    """Return a request for an EHC needs assessment."""
    return entry("ehcna.requested.v1", occurred, **changes)


def decided(occurred, **changes):
    """Return a decision whether to assess."""
    return entry("ehcna.decided.v1", occurred, **changes)


def final(occurred, **changes):
    """Return a final plan."""
    return entry("ehcp.final_issued.v1", occurred, **changes)


def asked(occurred="2026-03-02", body=TRUST, received_on=None, **changes):
    """Return a request for advice of *body*."""
    data = {"body": body, "received_on": received_on} | changes.pop("data", {})
    changes = {"sourcerecord": f"asked {body} {occurred} {data}"} | changes
    return entry("ehcna.advice_requested.v1", occurred, data=data, **changes)


def receipt(occurred, body=TRUST, **changes):
    """Return that *body* received the request."""
    return entry("ehcna.advice_request_received.v1", occurred, source=body, **changes)


def advice(occurred, body=TRUST, **changes):
    """Return advice of *body*."""
    return entry("ehcna.advice_received.v1", occurred, source=body, **changes)


def referred(occurred="2026-03-02", **changes):
    """Return a referral to a health service."""
    return entry("referral.received.v1", occurred, source=TRUST, **changes)


def assessed(occurred, **changes):
    """Return a completed assessment."""
    return entry("assessment.completed.v1", occurred, source=TRUST, **changes)


def said(kind, occurred, source=COUNCIL, correlationid="", **data):
    """Return an event of that type, with a record of its own."""
    record = f"{kind} {occurred} {source} {data}"
    return entry(
        f"{kind}.v1",
        occurred,
        source=source,
        sourcerecord=record,
        correlationid=correlationid,
        data=data,
    )


def due(clock):
    """Return its last day as text."""
    return clock.due.isoformat()
