"""Annual reviews, what is decided after them, and the end of a plan. Pure."""

from datetime import date
from typing import Final

from deploy.local.simulator.life import ICB, Life
from deploy.local.simulator.said import Owed, Said

_YEAR: Final = 365
_MOST: Final = 8
_REVIEWED: Final = 0.9
_NEW_SCHOOL: Final = 0.08
"""Of children with a plan, from one review to the next."""
_ENDS: Final = 0.04
"""The same, of plans that end without a review."""
_HEALTH_INVITED: Final = 0.6
_HEALTH_CAME: Final = 0.4
_REPORTED: Final = 0.8
_DECIDED: Final = 0.95
_IN_4_WEEKS: Final = 0.326
"""Oxfordshire, 2024: 1,849 of 5,673 decisions."""
_DECISIONS: Final = ("amend", "maintain", "cease")
_DECISION_SHARES: Final = (4650, 917, 106)
"""Oxfordshire, 2024."""
_REASONS: Final = ("1", "4", "5", "6", "7")
"""SEN2 CeaseReason of plans that end by themselves."""
_NEEDS_MET: Final = "2"


def reviews(life: Life, plan: Said, issued_on: date, since: date = date.min) -> None:
    """Tell of the reviews of *plan* from *since* on, about one in twelve months."""
    story = _Story(life, plan)
    day = issued_on
    for turn in range(1, _MOST + 1):
        day = life.after(day, _YEAR - 40, _YEAR + 20)
        if day < since:
            continue
        if life.happens(_NEW_SCHOOL):
            _move_school(life, life.after(day, -200, -60))
        if life.happens(_ENDS):
            story.end(day, life.random.choice(_REASONS))
        elif life.happens(_REVIEWED):
            story.review(day, turn)
        if story.ended:
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


class _Story:
    """The reviews of one plan, and what the council owes because of them."""

    def __init__(self, life: Life, plan: Said) -> None:
        """Begin with the plan: its first review is owed within a year."""
        self._life = life
        self._owed = [life.owe("ar.cycle", life.home, plan, plan)]
        self.ended = False

    def review(self, day: date, turn: int) -> None:
        """Tell of one review from its notice on."""
        talk = f"review-{turn}"
        held = self._held(day, talk)
        self._cycle(held)
        decided = self._owe("ar.decision", held)
        if self._life.happens(_DECIDED):
            decided.met = self._decide(day, talk)

    def end(self, day: date, reason: str) -> None:
        """Tell that the plan ended; nothing more is owed because of it."""
        data = {
            "ceased_on": day,
            "reason": reason,
            "reason_system": "dfe:sen2:cease-reason",
        }
        life = self._life
        end = life.say(life.council(), "ehcp.ceased.v1", day, "end", data)
        for owed in self._owed:
            owed.stopped.append(end)
        self.ended = True

    def _owe(self, clock: str, start: Said) -> Owed:
        """Return what the council owes from *start* on, until the plan ends."""
        owed = self._life.owe(clock, self._life.home, start, start)
        self._owed.append(owed)
        return owed

    def _cycle(self, held: Said) -> None:
        """Let a review be the one that was owed, and owe the next."""
        before = [owed for owed in self._owed if owed.clock == "ar.cycle"]
        before[-1].met = held
        self._owe("ar.cycle", held)

    def _held(self, day: date, talk: str) -> Said:
        """Tell of the meeting, of its notice before and, of most, its report after."""
        life, who = self._life, self._life.school()
        came = life.happens(_HEALTH_CAME)
        invited = came or life.happens(_HEALTH_INVITED)
        notice = life.after(day, -28, -16)
        about = {"school": life.child.school, "health_invited": invited}
        arranged = {**about, "meeting_on": day, "notice_on": notice}
        name = "annual_review.meeting_scheduled.v1"
        life.say(who, name, notice, talk, arranged)
        data = {
            **about,
            "held_on": day,
            "health_attended": came,
            "invited": [life.home],
        }
        held = life.say(who, "annual_review.held.v1", day, talk, data)
        return (
            self._reported(held) if life.happens(_REPORTED) else self._unreported(held)
        )

    def _unreported(self, held: Said) -> Said:
        """Let the school owe its report."""
        self._life.owe("ar.report", self._life.child.school, held, held)
        return held

    def _reported(self, held: Said) -> Said:
        """Tell, as the meeting's next version, on which day the report was sent."""
        day = self._life.after(held.on, 4, 24)
        again = self._life.again(held, day, {"report_on": day})
        owed = self._life.owe("ar.report", self._life.child.school, again, again)
        owed.met, owed.met_day = again, "report_on"
        return again

    def _decide(self, held: date, talk: str) -> Said:
        """Tell what the council decides, and does about it."""
        life = self._life
        in_time = life.happens(_IN_4_WEEKS)
        day = life.after(held, *((14, 26) if in_time else (30, 90)))
        [decision] = life.random.choices(_DECISIONS, _DECISION_SHARES)
        data = {"decision": decision, "notified_on": day, "held_on": held}
        if decision == "amend":
            data["amendments_notice_on"] = day
        said = life.say(life.council(), "annual_review.decided.v1", day, talk, data)
        if decision == "amend":
            owed = self._owe("ar.amended_final", said)
            owed.met = self._amend(life.after(day, 20, 70), talk)
        if decision == "cease":
            self.end(life.after(day, 20, 60), _NEEDS_MET)
        return said

    def _amend(self, day: date, talk: str) -> Said:
        """Tell that the amended plan was sent."""
        school = self._life.child.school
        data = {
            "issued_on": day,
            "school": school,
            "sent_to": [school, ICB],
            "phase_transfer": False,
        }
        who = self._life.council()
        return self._life.say(who, "ehcp.amended_final.v1", day, talk, data)
