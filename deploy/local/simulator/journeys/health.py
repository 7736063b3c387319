"""A referral and what becomes of it: cancelled, or waited for and seen. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from deploy.local.scenarios.referral import SNOMED, Referral
from deploy.local.simulator.life import RNU, RTH, Life
from deploy.local.simulator.said import Owed, Said, evening

GP_FEDERATION: Final = "urn:ods:X9902"
_CANCELLED: Final = 0.07
_URGENT: Final = 0.04
_NOT_BROUGHT: Final = 0.12
_FIRST_CONTACT: Final = 0.5
"""Of those seen: once before the day on which the assessment is complete."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that children wait for."""

    name: str
    trust: str
    code: str
    """SNOMED CT concept of a referral to it."""
    waits: tuple[int, int]
    """Days from referral to assessment, the shortest and the longest."""


SERVICES: Final[Mapping[str, Service]] = {
    "camhs": Service("camhs", RNU, "306291008", (14, 300)),
    "community-paediatrics": Service(
        "community-paediatrics", RTH, "306261003", (60, 720)
    ),
    "slt": Service("slt", RNU, "306360000", (30, 400)),
    "ot": Service("ot", RNU, "306355004", (30, 350)),
}


def referral(life: Life, service: Service, day: date) -> None:
    """Tell of a referral on *day* and of the wait that it began."""
    talk = f"referral-{life.record(life.trust(service.trust))}"
    start = _told(life, service, day, talk, reason="new")
    owed = life.owe("referral.wait", service.trust, start, start)
    if life.happens(_CANCELLED):
        owed.stopped = [_cancelled(life, service, start, talk)]
        return
    if life.happens(_URGENT):
        owed.start = owed.receipt = _urgent(life, service, start, talk)
    _wait(life, service, owed, talk)


def _told(  # noqa: PLR0913 - a message says as much
    life: Life,
    service: Service,
    day: date,
    talk: str,
    *,
    reason: str,
    first: Said | None = None,
    priority: str = "routine",
) -> Said:
    """Tell of a referral, of its update, or of its end, with a BaRS message."""
    who = life.trust(service.trust)
    made = first.referral.made_at if first and first.referral else _moment(day)
    ended = reason == "revoked"
    message = Referral(
        record=first.record if first else life.record(who),
        reason="new" if reason == "new" else "update",
        status="revoked" if ended else "active",
        priority="urgent" if priority == "urgent" else "routine",
        made_at=made,
        sent_at=_moment(day),
        person=who.local_id,
        service=service.name,
        code=service.code,
        requested_by=GP_FEDERATION,
    )
    name = "referral.cancelled.v1" if ended else "referral.received.v1"
    said = life.refer(who, name, day, talk, message)
    said.data = {
        "service": service.name,
        "code": service.code,
        "code_system": SNOMED,
    }
    if not ended:
        said.data |= {
            "priority": priority,
            "referred_by": GP_FEDERATION,
            "referred_to": service.trust,
        }
    return said


def _moment(day: date) -> datetime:
    """Return the moment of *day* at which clinics write."""
    return evening(day).astimezone(UTC)


def _cancelled(life: Life, service: Service, start: Said, talk: str) -> Said:
    """Tell that the referral was revoked some weeks later."""
    day = life.after(start.on, 5, 40)
    return _told(life, service, day, talk, reason="revoked", first=start)


def _urgent(life: Life, service: Service, start: Said, talk: str) -> Said:
    """Tell of the referral once more, now urgent: the update supersedes it."""
    day = life.after(start.on, 3, 20)
    again = _told(
        life, service, day, talk, reason="update", first=start, priority="urgent"
    )
    again.on, again.version = start.on, start.version + 1
    again.received, again.earlier = evening(day), start
    return again


def _wait(life: Life, service: Service, owed: Owed, talk: str) -> None:
    """Tell of the wait from acceptance to assessment."""
    who, said = life.trust(service.trust), {"service": service.name}
    start = owed.start.on
    accepted, waited = life.after(start, 4, 24), life.random.randint(*service.waits)
    taken = {**said, "accepted_by": service.trust}
    life.say(who, "referral.accepted.v1", accepted, talk, taken)
    added = {**said, "added_on": accepted}
    life.say(who, "waiting_list.added.v1", accepted, talk, added)
    seen = life.after(accepted, waited, waited + 5)
    if life.happens(_NOT_BROUGHT):
        missed = life.after(accepted, 1, waited)
        missing = {**said, "appointment_on": missed}
        life.say(who, "appointment.was_not_brought.v1", missed, talk, missing)
    if life.happens(_FIRST_CONTACT):
        owed.met = _first_contact(life, service, accepted, seen, talk)
    weeks = (seen - start).days // 7
    done = {**said, "completed_on": seen, "weeks_waited": weeks}
    owed.otherwise = life.say(who, "assessment.completed.v1", seen, talk, done)


def _first_contact(
    life: Life, service: Service, accepted: date, seen: date, talk: str
) -> Said:
    """Tell that the child was seen some time before the assessment was complete."""
    who, days = life.trust(service.trust), (seen - accepted).days
    booked = life.after(accepted, 1, max(1, days // 3))
    on = life.after(booked, 2, max(2, days // 3))
    data = {"service": service.name, "appointment_on": on}
    life.say(who, "appointment.booked.v1", booked, talk, data)
    kept = {"service": service.name, "attended_on": on}
    return life.say(who, "appointment.attended.v1", on, talk, kept)
