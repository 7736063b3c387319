"""What each agency says: event types with the data that belong to them."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.load.children import COUNCIL, SCHOOLS, TRUST

Data = dict[str, Any]
_SERVICES: Final = ("community-paediatrics", "camhs", "slt", "ot", "physio")
REFERRAL_RECEIVED: Final = "referral.received.v1"
"""Sent as a BaRS-shaped message to the health door."""


def _requested(day: str, rng: Random) -> Data:
    """Return the data of a request for an assessment."""
    return {"received_on": day, "request_source": rng.choice("123")}


def _decided(day: str, rng: Random) -> Data:
    """Return the data of a decision whether to assess."""
    return {"decision": rng.choice(("assess", "refuse")), "notified_on": day}


def _advice_requested(day: str, rng: Random) -> Data:
    """Return the data of a request for medical advice."""
    received = day if rng.random() < 0.5 else None
    return {
        "body": TRUST,
        "advice": "medical",
        "sent_on": day,
        "received_on": received,
    }


def _advice_received(day: str, rng: Random) -> Data:
    """Return the data of advice that was given."""
    digest = f"{rng.getrandbits(256):064x}"
    return {
        "body": TRUST,
        "advice": "medical",
        "received_on": day,
        "document_sha256": digest,
    }


def _draft_issued(day: str, rng: Random) -> Data:
    """Return the data of a draft plan."""
    return {"served_on": day, "version": rng.randint(1, 3)}


def _school_consulted(day: str, rng: Random) -> Data:
    """Return the data of a consultation."""
    return {"school": rng.choice(SCHOOLS), "sent_on": day}


def _review_held(day: str, rng: Random) -> Data:
    """Return the data of an annual review."""
    came = rng.random() < 0.5
    return {"held_on": day, "health_invited": True, "health_attended": came}


def _concern(day: str, rng: Random) -> Data:
    """Return the data of a concern."""
    return {"parent_informed_on": day, "concern": rng.choice(("SLCN", "ASD", "SEMH"))}


def _accepted(_day: str, rng: Random) -> Data:
    """Return the data of an accepted referral."""
    return {"service": rng.choice(_SERVICES), "accepted_by": TRUST}


def _waiting(day: str, rng: Random) -> Data:
    """Return the data of a place on a waiting list."""
    return {"service": rng.choice(_SERVICES), "added_on": day}


def _not_brought(day: str, rng: Random) -> Data:
    """Return the data of an appointment to which the child was not brought."""
    return {"service": rng.choice(_SERVICES), "appointment_on": day}


def _assessed(day: str, rng: Random) -> Data:
    """Return the data of a completed assessment."""
    weeks = rng.randint(2, 90)
    return {
        "service": rng.choice(_SERVICES),
        "completed_on": day,
        "weeks_waited": weeks,
    }


Writer = Callable[[str, Random], Data]
_COUNCIL: Final[tuple[tuple[str, Writer], ...]] = (
    ("ehcna.requested.v1", _requested),
    ("ehcna.decided.v1", _decided),
    ("ehcna.advice_requested.v1", _advice_requested),
    ("ehcna.advice_requested.v1", _advice_requested),
    ("ehcp.draft_issued.v1", _draft_issued),
    ("ehcp.school_consulted.v1", _school_consulted),
    ("annual_review.held.v1", _review_held),
)
_TRUST: Final[tuple[tuple[str, Writer], ...]] = (
    ("referral.accepted.v1", _accepted),
    ("waiting_list.added.v1", _waiting),
    ("appointment.was_not_brought.v1", _not_brought),
    ("assessment.completed.v1", _assessed),
    ("ehcna.advice_received.v1", _advice_received),
)
_SCHOOL: Final[tuple[tuple[str, Writer], ...]] = (
    ("concern.raised.v1", _concern),
    ("annual_review.held.v1", _review_held),
)


def statement(rng: Random, sender: str, day: str) -> tuple[str, Data]:
    """Return an event type that *sender* would send and its data, dated *day*."""
    kinds = {COUNCIL: _COUNCIL, TRUST: _TRUST}.get(sender, _SCHOOL)
    name, writer = rng.choice(kinds)
    return name, writer(day, rng)
