"""What a sender is shown of a message and of a file that is held."""

from typing import Any

from services.runtime.pages.models import MessagePage
from tests.unit.services.runtime.pages.page_samples import TITLES, VIEWER


def message_page() -> MessagePage:
    """Return the receipt of a message of which one event was refused."""
    message = {
        "message_ref": "20000000-0000-5000-8000-000000000000",
        "state": "translated",
        "received_at": "2026-03-02T09:04:00.000000Z",
        "events": [
            {
                "id": "00000003-0000-5000-8000-000000000000",
                "type": "ehcna.requested.v1",
                "place": 0,
                "state": "linked",
                "reason": None,
                "rule": None,
                "where": None,
            },
            {
                "id": "00000009-0000-5000-8000-000000000000",
                "type": "ehcna.decided.v1",
                "place": 1,
                "state": "refused",
                "reason": "date-in-the-future",
                "rule": "occurred-not-after-receipt",
                "where": "/1/occurred",
            },
        ],
        "reason": None,
        "rule": None,
        "where": None,
    }
    return {"viewer": VIEWER, "message": message, "titles": TITLES}


def report_page() -> dict[str, Any]:
    """Return what the report of a held file, with findings, is made from."""
    found = {"rows": 3, "row": 7, "name": "senneeds", "column_": "sentype"}
    said = {
        "rule": "is not a code of dfe:sen-type",
        "remedy": "Use a code of the list.",
    }
    warned = {"warning": True, "column_": "upn", "rule": "is not a UPN"}
    return {
        "viewer": VIEWER,
        "csrf": "0" * 32,
        "ref": "88f5056a-9108-5751-be4e-ea04819250d7",
        "facts": [("Feed", "census"), ("State", "held"), ("Rows read", 9498)],
        "held": True,
        "decides": True,
        "reason": "held",
        "rule": "4000 of 9498 records are gone, more than 25%",
        "where": "pupilonroll",
        "found": [found | said | {"warning": False}, found | said | warned],
        "tables": [("senneeds", 3)],
        "problems": [{"field": "reason", "text": "Enter a reason in a few words"}],
        "written": "no",
    }
