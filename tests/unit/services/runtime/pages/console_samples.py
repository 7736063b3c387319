"""The operators' page with something of everything, as its tests render it."""

from services.runtime.pages.models import ConsolePage
from tests.unit.services.runtime.pages.page_samples import (
    COUNCIL,
    NAMES,
    TODAY,
    sources,
)


def console_page() -> ConsolePage:
    """Return the console with one service down, one refusal and a trace."""
    return {
        "viewer": {"organisation": NAMES[COUNCIL], "role": "operator"},
        "as_of": "2026-04-27T07:15:00Z",
        "today": TODAY,
        "csrf": "csrf-value",
        "services": [
            {"name": "health_gateway", "up": True, "lag_seconds": 0.4},
            {"name": "clocks", "up": False, "lag_seconds": None},
        ],
        "balance": {
            "at": "2026-04-27T07:14:00.000000Z",
            "difference": 1,
            "unchecked": ["clocks"],
            "rows": [
                {
                    "reader": "timeline",
                    "topic": "events.linked",
                    "held": 1234,
                    "kept": 1230,
                    "refused": 3,
                    "difference": 1,
                    "sources": [COUNCIL],
                }
            ],
            "states": [
                {
                    "source": NAMES[COUNCIL],
                    "messages": [("refused", 2), ("translated", 1000)],
                    "events": [],
                }
            ],
        },
        "topics": [
            {"name": "health.inbound", "records": 12345},
            {"name": "refused", "records": 1},
        ],
        "refused": [
            {
                "ref": "40000000-0000-5000-8000-000000000000",
                "message_ref": "20000000-0000-5000-8000-000000000000",
                "topic": "health.inbound",
                "reason": "not-a-bundle",
                "rule": "process-message-bundle",
                "where": "/resourceType",
                "at": "2026-04-27T06:00:00.000000Z",
                "state": "waiting",
            }
        ],
        "reviews": [
            {
                "ref": "50000000-0000-4000-8000-000000000000",
                "person_ref": "p-1",
                "child_ref": "c-1",
                "why": "record-moved",
                "raised_at": "2026-04-27T06:30:00.000000Z",
            }
        ],
        "sources": sources(),
        "trace": {
            "id": "20000000-0000-5000-8000-000000000000",
            "hops": [
                {
                    "hop": "health_gateway",
                    "topic": "health.inbound",
                    "partition": 3,
                    "offset": 0,
                    "at": "2026-04-27T06:00:00.000000Z",
                    "state": "translated",
                    "reason": None,
                }
            ],
        },
    }
