"""What a family is told, and what it does about a decision. Pure."""

from datetime import date
from typing import Final

from deploy.local.simulator.life import Life
from deploy.local.simulator.said import Said

_TOLD: Final = 0.8
_WANTS_MEDIATION: Final = 0.3
_HELD: Final = 0.8
_TALK: Final = "mediation"
_CHANNELS: Final = ("post", "email", "portal")


def told(life: Life, of: Said, talk: str) -> None:
    """Tell that the parent was told of something, of most things within days."""
    if life.happens(_TOLD):
        day = life.after(of.on, 0, 6)
        data = {
            "about": of.type,
            "channel": life.random.choice(_CHANNELS),
            "informed_on": day,
        }
        life.say(life.council(), "parent.informed.v1", day, talk, data)


def mediation(life: Life, refused: date) -> None:
    """Tell what some parents ask for after a refusal, and what came of it."""
    if not life.happens(_WANTS_MEDIATION):
        return
    day = life.after(refused, 7, 50)
    data = {"requested_on": day, "matters": ["education"], "body": life.home}
    who = life.council()
    start = life.say(who, "dispute.mediation_requested.v1", day, _TALK, data)
    owed = life.owe("mediation.arrange", life.home, start, start)
    if life.happens(_HELD):
        on = life.after(day, 10, 45)
        held = {"held_on": on, "matters": ["education"], "health_attended": False}
        owed.met = life.say(who, "dispute.mediation_held.v1", on, _TALK, held)
        return
    on = life.after(day, 31, 40)
    given = {"issued_on": on, "reason": "not-arranged"}
    end = life.say(who, "dispute.mediation_certificate.v1", on, _TALK, given)
    owed.stopped.append(end)
