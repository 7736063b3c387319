"""Annual reviews, what is decided after them, and the end of a plan. Pure."""

from datetime import date
from typing import Final

from deploy.local.simulator.life import ICB, Life

_YEAR: Final = 365
_MOST: Final = 8
_REVIEWED: Final = 0.9
_NEW_SCHOOL: Final = 0.08
"""Of children with a plan, from one review to the next."""
_ENDS: Final = 0.04
"""The same, of plans that end without a review."""
_HEALTH_INVITED: Final = 0.6
_HEALTH_CAME: Final = 0.4
_DECIDED: Final = 0.95
_IN_4_WEEKS: Final = 0.326
"""Oxfordshire, 2024: 1,849 of 5,673 decisions."""
_DECISIONS: Final = ("amend", "maintain", "cease")
_DECISION_SHARES: Final = (4650, 917, 106)
"""Oxfordshire, 2024."""
_REASONS: Final = ("1", "4", "5", "6", "7")
"""SEN2 CeaseReason of plans that end by themselves."""
_NEEDS_MET: Final = "2"


def reviews(life: Life, issued_on: date, since: date = date.min) -> None:
    """Tell of the reviews from *since* on, about one in twelve months."""
    day = issued_on
    for turn in range(1, _MOST + 1):
        day = life.after(day, _YEAR - 40, _YEAR + 20)
        if day < since:
            continue
        if life.happens(_NEW_SCHOOL):
            _move_school(life, life.after(day, -200, -60))
        if life.happens(_ENDS):
            _cease(life, day, life.random.choice(_REASONS))
            return
        if life.happens(_REVIEWED) and _review(life, day, turn) == "cease":
            return


def _move_school(life: Life, day: date) -> None:
    """Tell that another school teaches the child from now on."""
    before = life.child.school
    life.change_school()
    data = {
        "from_school": before,
        "to_school": life.child.school,
        "transferred_on": day,
    }
    life.say(life.school(), "school.transferred.v1", day, "move", data)


def _review(life: Life, day: date, turn: int) -> str:
    """Tell of one review from its notice on; return what was decided."""
    talk, school = f"review-{turn}", life.child.school
    came = life.happens(_HEALTH_CAME)
    invited = came or life.happens(_HEALTH_INVITED)
    notice = life.after(day, -28, -16)
    arranged = {
        "meeting_on": day,
        "notice_on": notice,
        "school": school,
        "health_invited": invited,
    }
    who = life.school()
    life.say(who, "annual_review.meeting_scheduled.v1", notice, talk, arranged)
    held = {
        "held_on": day,
        "school": school,
        "health_invited": invited,
        "health_attended": came,
    }
    life.say(who, "annual_review.held.v1", day, talk, held)
    return _decide(life, day, talk) if life.happens(_DECIDED) else ""


def _decide(life: Life, held: date, talk: str) -> str:
    """Tell what the council decides, and does about it; return the decision."""
    in_time = life.happens(_IN_4_WEEKS)
    day = life.after(held, *((14, 26) if in_time else (30, 90)))
    [decision] = life.random.choices(_DECISIONS, _DECISION_SHARES)
    data = {"decision": decision, "notified_on": day, "held_on": held}
    if decision == "amend":
        data["amendments_notice_on"] = day
    life.say(life.council(), "annual_review.decided.v1", day, talk, data)
    if decision == "amend":
        _amend(life, life.after(day, 20, 70), talk)
    if decision == "cease":
        _cease(life, life.after(day, 20, 60), _NEEDS_MET)
    return decision


def _amend(life: Life, day: date, talk: str) -> None:
    """Tell that the amended plan was sent."""
    school = life.child.school
    data = {
        "issued_on": day,
        "school": school,
        "sent_to": [school, ICB],
        "phase_transfer": False,
    }
    life.say(life.council(), "ehcp.amended_final.v1", day, talk, data)


def _cease(life: Life, day: date, reason: str) -> None:
    """Tell that the plan ended."""
    data = {
        "ceased_on": day,
        "reason": reason,
        "reason_system": "dfe:sen2:cease-reason",
    }
    life.say(life.council(), "ehcp.ceased.v1", day, "end", data)
