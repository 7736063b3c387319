"""One child's spring as agencies tell it: who, when it is heard, and which events."""

from tests.support.partnership import event

COUNCIL = "urn:dfe:la:931"
TRUST = "urn:ods:RNU"
SCHOOL = "urn:dfe:urn:123456"
TODAY = "2026-04-27"
ADVICE = "7d9f2c1e-5b0a-4a35-9d5e-0c7c1f7a2b64"


def asked(body, **changes):
    """Return a request for advice of *body*."""
    data = {"body": body, "advice": "medical", "sent_on": "2026-03-16"}
    said = {"correlationid": ADVICE, "data": data} | changes
    return event(f"ASK-{body}", "ehcna.advice_requested.v1", "2026-03-16", **said)


SPRING = (
    (
        SCHOOL,
        "2026-02-10T16:00:00Z",
        event("SEN-1", "concern.raised.v1", "2026-02-10", data={"concern": "SLCN"}),
    ),
    (
        TRUST,
        "2026-03-01T08:00:00Z",
        event(
            "REF-1",
            "referral.received.v1",
            "2026-02-16",
            data={"service": "slt", "referred_by": SCHOOL},
        ),
    ),
    (
        COUNCIL,
        "2026-03-02T09:04:00Z",
        event("EHC-1", "ehcna.requested.v1", "2026-03-01", sourcerecord="EHC"),
        event(
            "EHC-2",
            "ehcna.requested.v1",
            "2026-03-02",
            sourcerecord="EHC",
            sourceversion=2,
            data={"school": SCHOOL, "request_source": "2"},
        ),
        event(
            "DEC-1",
            "ehcna.decided.v1",
            "2026-03-13",
            data={"decision": "assess", "notified_on": "2026-03-13"},
        ),
        asked(TRUST),
        asked("urn:ods:RTH", sensitivity="restricted"),
        event("DRAFT-1", "ehcp.draft_issued.v1", "2026-03-20"),
        event(
            "W-1",
            "event.withdrawn.v1",
            "2026-03-21",
            data={
                "withdraws": {"sourcerecord": "DRAFT-1"},
                "reason": "entered-in-error",
            },
        ),
    ),
    (
        TRUST,
        "2026-03-18T12:00:00Z",
        event(
            "GOT-1",
            "ehcna.advice_request_received.v1",
            "2026-03-17",
            correlationid=ADVICE,
            data={"body": TRUST, "advice": "medical"},
        ),
    ),
)
"""Late, superseded, withdrawn, restricted, asked and not yet answered."""
