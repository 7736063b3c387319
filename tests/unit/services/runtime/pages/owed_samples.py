"""Models of what is asked, that the pages' tests render."""

from typing import Any

from services.runtime.pages.models import AskPage, OwedPage
from tests.unit.services.runtime.pages.page_samples import (
    COUNCIL,
    HOSPITAL,
    NAMES,
    TODAY,
    TRUST,
    VIEWER,
)


def ask_item(**members: Any) -> dict[str, Any]:
    """Return one item as `GET /owed` answers it; *members* replace what is usual."""
    usual: dict[str, Any] = {
        "child_ref": "c-4b0f6a1e9d2c8e7f5a3b1c0d9e8f7a6b",
        "id": "00000001-0000-5000-8000-000000000000",
        "type": "ehcna.advice_requested.v1",
        "title": "Advice for an EHC needs assessment",
        "regulation": "SEND Regulations 2014 (SI 2014/1530), reg. 8(1)",
        "correlationid": "10000000-0000-4000-8000-000000000000",
        "asked_by": COUNCIL,
        "body": TRUST,
        "advice": "medical",
        "sent_on": "2026-04-13",
        "acknowledge_by": "2026-04-15",
        "unacknowledged": False,
        "received_on": "2026-04-14",
        "due": "2026-05-26",
        "overdue": False,
        "explained": None,
        "waiting_on": TRUST,
        "plan": {"week": 9, "weeks": 20, "due": "2026-07-20"},
    }
    return usual | members


def owed_page() -> OwedPage:
    """Return what is asked of the council, and what it asked of others."""
    silent = {"received_on": None, "due": None, "unacknowledged": True}
    late = {
        "due": "2026-04-20",
        "overdue": True,
        "explained": "child not known to the body",
        "waiting_on": COUNCIL,
        "plan": {"week": 23, "weeks": 20, "due": "2026-04-06"},
    }
    items = [
        ask_item(id="a-1", body=COUNCIL, asked_by=TRUST, advice="social-care"),
        ask_item(id="a-2", **silent),
        ask_item(id="a-3", body=HOSPITAL, **late),
        ask_item(id="a-4", advice=None, plan=None),
    ]
    return {
        "viewer": VIEWER,
        "org": COUNCIL,
        "owed": {
            "as_of": "2026-04-27T09:00:00Z",
            "today": "2026-04-27",
            "items": items,
        },
        "names": NAMES,
        "today": TODAY,
    }


def ask_page(**members: Any) -> AskPage:
    """Return the form of one request, sent with faults."""
    usual: AskPage = {
        "viewer": {"organisation": NAMES[TRUST], "role": "clinician"},
        "csrf": "token",
        "ask": ask_item(),
        "child": {
            "nhs_number": "9991234519",
            "date_of_birth": "2018-05-04",
            "family_name": "Vale",
            "given_name": "Ann",
        },
        "names": NAMES,
        "today": TODAY,
        "values": {"form": "f-1", "answer": "returned", "on-day": "31"},
        "problems": [
            {"field": "on", "text": "Enter the day on which it happened"},
            {"field": "channel", "text": "Choose how it was sent or said"},
        ],
    }
    return {**usual, **members}  # type: ignore[typeddict-item]
