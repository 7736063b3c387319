"""Models that the pages' tests render: one child of a busy spring, and the way to it."""

from datetime import date
from typing import Any

from schemas.events import CATALOGUE
from services.runtime.pages.models import SearchPage, SignInPage, TimelinePage, Viewer

COUNCIL = "urn:dfe:la:931"
TRUST = "urn:ods:RNU"
HOSPITAL = "urn:ods:RTH"
SCHOOL = "urn:dfe:urn:123456"
TODAY = date(2026, 4, 27)
NAMES = {
    COUNCIL: "Oxfordshire County Council",
    TRUST: "Oxford Health NHS Foundation Trust",
    HOSPITAL: "Oxford University Hospitals NHS Foundation Trust",
    SCHOOL: "Wychwood Meadow Primary School",
}
TITLES = {entry.name: entry.title for entry in CATALOGUE.values()} | {
    "ehcna.decision": "Decide whether to assess",
    "ehcna.advice": "Give advice for the EHC needs assessment",
    "ehcp.final": "Send the final EHC plan",
    "health.wait": "First definitive treatment or assessment",
}
VIEWER: Viewer = {
    "organisation": "Oxfordshire County Council",
    "role": "send_officer",
}


def entry(number: int, **members: Any) -> dict[str, Any]:
    """Return one entry as the API answers it; *members* replace what is usual."""
    usual: dict[str, Any] = {
        "id": f"0000000{number}-0000-5000-8000-000000000000",
        "type": "ehcna.requested.v1",
        "occurred": "2026-03-02",
        "occurredprecision": "day",
        "time": "2026-03-02T09:04:00.000000Z",
        "knownat": "2026-03-02T09:04:01.000000Z",
        "source": COUNCIL,
        "category": "ehc",
        "sensitivity": "normal",
        "state": "linked",
        "late": False,
        "supersedes": None,
        "supersededby": None,
        "correlationid": "10000000-0000-4000-8000-000000000000",
        "causationid": "20000000-0000-5000-8000-000000000000",
        "data": {},
    }
    return usual | members


def clock(**members: Any) -> dict[str, Any]:
    """Return one clock as the API answers it; *members* replace what is usual."""
    usual: dict[str, Any] = {
        "id": "clock-1",
        "clock": "ehcp.final",
        "owed_by": COUNCIL,
        "started": "2026-03-02",
        "due": "2026-07-20",
        "state": "running",
        "explained": None,
        "met_on": None,
        "regulation": "SEND Regulations 2014, reg. 13(2)",
        "events": ["00000003-0000-5000-8000-000000000000"],
    }
    return usual | members


def busy_entries() -> list[dict[str, Any]]:
    """Return a spring: late, superseded, withdrawn, asked and answered."""
    advice = "30000000-0000-4000-8000-000000000000"
    return [
        entry(
            1,
            type="referral.received.v1",
            occurred="2026-01-14T10:30:00+00:00",
            occurredprecision="instant",
            time="2026-01-26T08:00:00.000000Z",
            late=True,
            source=TRUST,
            data={"service": "slt", "referred_by": SCHOOL, "priority": "routine"},
        ),
        entry(
            2,
            occurred="2026-02-27",
            state="superseded",
            supersededby="00000003-0000-5000-8000-000000000000",
            data={"request_source": "2"},
        ),
        entry(
            3,
            supersedes="00000002-0000-5000-8000-000000000000",
            data={"request_source": "1", "school": SCHOOL},
        ),
        entry(
            4,
            type="concern.raised.v1",
            occurred="2026-03-04",
            source=SCHOOL,
            state="withdrawn",
            sensitivity="restricted",
        ),
        entry(
            5,
            type="ehcna.decided.v1",
            occurred="2026-03-16",
            data={"decision": "assess", "notified_on": "2026-03-16"},
        ),
        entry(
            6,
            type="ehcna.advice_requested.v1",
            occurred="2026-03-16",
            correlationid=advice,
            data={"body": TRUST, "advice": "medical", "sent_on": "2026-03-16"},
        ),
        entry(
            7,
            type="ehcna.advice_requested.v1",
            occurred="2026-03-16",
            correlationid=advice,
            data={"body": HOSPITAL, "advice": "medical", "sent_on": "2026-03-16"},
        ),
        entry(
            8,
            type="ehcna.advice_received.v1",
            occurred="2026-04-20",
            time="2026-04-20T15:30:00.000000Z",
            correlationid=advice,
            source=TRUST,
            data={"body": TRUST, "document": "store:advice/417", "advice": "medical"},
        ),
    ]


def busy_clocks() -> list[dict[str, Any]]:
    """Return one clock of each state that a spring may hold."""
    return [
        clock(),
        clock(
            id="clock-2",
            clock="ehcna.decision",
            due="2026-04-13",
            state="met",
            met_on="2026-03-16",
            regulation="SEND Regulations 2014, reg. 5(1)",
        ),
        clock(
            id="clock-3",
            clock="ehcna.advice",
            owed_by=HOSPITAL,
            started="2026-03-04",
            due="2026-04-15",
            state="breached",
            explained={"reason": "was-not-brought"},
            regulation="SEND Regulations 2014, reg. 8(1)",
            events=["00000007-0000-5000-8000-000000000000"],
        ),
        clock(
            id="clock-4",
            clock="health.wait",
            owed_by=TRUST,
            started="2025-12-26",
            due="2026-05-01",
            state="due_soon",
            regulation="NHS Constitution, 18 weeks",
            events=[],
        ),
    ]


def sources() -> list[dict[str, Any]]:
    """Return who is connected and who is not."""
    return [
        {
            "source": COUNCIL,
            "name": NAMES[COUNCIL],
            "connected": True,
            "last_heard": "2026-04-27T07:12:00Z",
        },
        {
            "source": TRUST,
            "name": NAMES[TRUST],
            "connected": True,
            "last_heard": "2026-04-15T16:40:00Z",
        },
        {
            "source": SCHOOL,
            "name": NAMES[SCHOOL],
            "connected": True,
            "last_heard": None,
        },
        {
            "source": HOSPITAL,
            "name": NAMES[HOSPITAL],
            "connected": False,
            "last_heard": None,
        },
    ]


def timeline_page(**members: Any) -> TimelinePage:
    """Return the busy timeline; *members* replace parts of the API's answer."""
    answer: dict[str, Any] = {
        "child_ref": "5f0c2b9a7e1d4c3b8a6f5e4d3c2b1a09",
        "as_of": "2026-04-27T07:15:00Z",
        "entries": busy_entries(),
        "clocks": busy_clocks(),
        "sources": sources(),
    }
    return {
        "viewer": VIEWER,
        "timeline": answer | members,
        "titles": TITLES,
        "names": NAMES,
        "as_known_on": None,
        "today": TODAY,
        "unread": [{"source": TRUST, "time": "2026-04-12T09:00:00.000000Z"}],
    }


def empty_timeline_page() -> TimelinePage:
    """Return the timeline of a child of whom the viewer may see nothing."""
    page = timeline_page(entries=[], clocks=[])
    return {**page, "unread": [], "as_known_on": "2026-01-01"}


def search_page() -> SearchPage:
    """Return the search form as it comes back with problems."""
    return {
        "viewer": VIEWER,
        "csrf": "csrf-value",
        "problems": [
            {"field": "nhs_number", "text": "Enter an NHS number of 10 digits"},
            {"field": "date_of_birth", "text": "Enter a date of birth"},
        ],
        "values": {"date_of_birth-day": "31"},
    }


def sign_in_page() -> SignInPage:
    """Return the sign-in with three organisations and every role."""
    return {
        "organisations": [
            {"urn": urn, "name": NAMES[urn]} for urn in (COUNCIL, TRUST, SCHOOL)
        ],
        "roles": ["send_officer", "dco", "clinician", "senco", "setting", "operator"],
        "csrf": "csrf-value",
        "next": "/search",
    }
