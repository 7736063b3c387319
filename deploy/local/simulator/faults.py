"""What goes wrong between an event and its being heard, in a set share of all. Pure."""

from copy import copy
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from deploy.local.simulator.life import Life
from deploy.local.simulator.said import Said, evening, workday

LATE: Final = 0.06
AGAIN: Final = 0.02
BROKEN: Final = 0.01
CORRECTED: Final = 0.02
WITHDRAWN: Final = 0.04
"""Of lives; the others are of statements."""
_AHEAD: Final = 0.4
"""Of corrections and withdrawals: they arrive before what they name."""

FAULTS: Final = ("unknown-type", "no-such-day", "malformed-number", "no-such-birthday")
"""Ways to be wrong that every door must refuse."""
WITHDRAWAL: Final = "event.withdrawn.v1"
_MISTAKES: Final = {
    "urn:dfe:la:": ("ehcna.requested.v1", "received_on"),
    "urn:ods:": ("appointment.was_not_brought.v1", "appointment_on"),
    "urn:dfe:urn:": ("concern.raised.v1", "parent_informed_on"),
}
"""What each kind of agency says of the wrong child, by mistake."""


def disturb(life: Life, until: datetime) -> None:
    """
    Let some of what is said come late, twice, wrong, corrected or taken back.

    A mistake is made only where *until* leaves time to take it back: else nobody could
    say that it was one.
    """
    for said in [*life.said]:
        if life.happens(LATE):
            said.received = _later(life, said.received, 3, 20)
        if life.happens(BROKEN):
            _break(life, said)
        elif life.happens(CORRECTED):
            _correct(life, said)
        if life.happens(AGAIN):
            said.again.append(_later(life, said.received, 6, 9))
    if life.said and life.happens(WITHDRAWN):
        _mistake(life, until)


def _later(life: Life, moment: datetime, least: int, most: int) -> datetime:
    """Return the evening of a working day so many days after *moment*."""
    return evening(life.after(moment.date(), least, most))


def _break(life: Life, said: Said) -> None:
    """Have *said* sent wrong first; it is refused, and sent again put right."""
    kinds = FAULTS[2:3] if said.referral else FAULTS
    wrong = replace(said, broken=life.random.choice(kinds), again=[])
    life.said.insert(life.said.index(said), wrong)
    said.received = _later(life, said.received, 1, 4)


def _correct(life: Life, said: Said) -> None:
    """Have *said* said first with a day that is wrong by one, then corrected."""
    versions = [s for s in life.said if (s.sender, s.record) == said.key]
    if said.referral or len(versions) > 1:
        return
    first, second = said.received, _later(life, said.received, 2, 10)
    wrong = _a_day_before(said)
    said.version, said.earlier = 2, wrong
    ahead = life.happens(_AHEAD)
    wrong.received, said.received = (second, first) if ahead else (first, second)
    life.said.insert(life.said.index(said), wrong)


def _a_day_before(said: Said) -> Said:
    """Return *said* with each of its days that is the day it happened on one earlier."""
    wrong, day = copy(said), said.on - timedelta(days=1)
    was, now = said.on.isoformat(), day.isoformat()
    wrong.on, wrong.occurred, wrong.again = day, now, []
    wrong.data = {k: now if v == was else v for k, v in said.data.items()}
    return wrong


def _mistake(life: Life, until: datetime) -> None:
    """Have somebody say something of the wrong child, and take it back."""
    near = life.random.choice([s for s in life.said if not s.broken and not s.earlier])
    day, back = near.on, _later(life, near.received, 2, 15)
    if back > until:
        return
    start = next(key for key in _MISTAKES if near.sender.startswith(key))
    type_name, member = _MISTAKES[start]
    wrong = life.say(near.who, type_name, day, "mistake", {member: day})
    withdrawal = _taken_back(life, wrong, back.date())
    wrong.received, withdrawal.received = near.received, back
    if life.happens(_AHEAD):
        wrong.received, withdrawal.received = back, near.received
        withdrawal.on = workday(near.received.date())
        withdrawal.occurred = withdrawal.on.isoformat()


def _taken_back(life: Life, wrong: Said, day: date) -> Said:
    """Return the withdrawal of *wrong*."""
    data = {
        "withdraws": {"sourcerecord": wrong.record, "sourceversion": wrong.version},
        "reason": "entered-in-error",
    }
    return life.say(wrong.who, WITHDRAWAL, day, "mistake", data)
