"""What parents appeal against, what the tribunal orders, and what the council does. Pure."""

from datetime import date
from typing import Any, Final

from deploy.local.simulator.life import Life
from deploy.local.simulator.said import Said

_APPEALS: Final = 0.3
_APPEALS_FOR_A_PLAN: Final = 0.7
"""Of decisions not to assess, and to make no plan. More than in life: those are few."""
_ABOUT_THE_PLAN: Final = 0.08
_DISMISSED: Final = 0.1
_TOLD: Final = 0.9
_TALK: Final = "appeal"


def against_refusal(life: Life, refused: date) -> None:
    """Tell of an appeal against a decision not to assess, and what it led to."""
    order = _ordered(life, refused, "assess") if life.happens(_APPEALS) else None
    if order is None:
        return
    notify, none, final = (
        life.owe(f"tribunal.assess.{what}", life.home, order, order)
        for what in ("notify", "no_plan", "final")
    )
    if life.happens(_TOLD):
        day = life.after(order.on, 2, 20)
        data = {"about": order.type, "channel": "post", "informed_on": day}
        notify.met = life.say(life.council(), "parent.informed.v1", day, _TALK, data)
    day = life.after(order.on, 50, 80)
    none.met = _say(life, "ehcp.not_issued.v1", day, {"notified_on": day})
    final.stopped.append(none.met)


def against_no_plan(life: Life, refused: date) -> None:
    """Tell of an appeal against a decision to make no plan: a draft follows, no plan."""
    appeals = life.happens(_APPEALS_FOR_A_PLAN)
    order = _ordered(life, refused, "make-plan") if appeals else None
    if order is None:
        return
    draft, _ = (
        life.owe(f"tribunal.make_plan.{what}", life.home, order, order)
        for what in ("draft", "final")
    )
    day = life.after(order.on, 10, 45)
    said = _say(life, "ehcp.draft_issued.v1", day, {"served_on": day, "version": 1})
    draft.met = said
    life.owe("ehcp.draft_representations", life.home, said, said)


def against_plan(life: Life, issued: date) -> None:
    """Tell of an appeal about what a plan says, settled before its first review."""
    if not life.happens(_ABOUT_THE_PLAN):
        return
    school_alone = life.happens(0.5)
    order = _order(life, issued, "c", "name-school" if school_alone else "amend-plan")
    clock = "tribunal.name_school" if school_alone else "tribunal.amend_plan"
    owed = life.owe(clock, life.home, order, order)
    day = life.after(order.on, *((4, 20) if school_alone else (20, 45)))
    owed.met = _say(life, "ehcp.amended_final.v1", day, {"issued_on": day})


def _ordered(life: Life, refused: date, order: str) -> Said | None:
    """Return the order that an appeal led to, if it was upheld."""
    dismissed = life.happens(_DISMISSED)
    limb = "a" if order == "assess" else "b"
    said = _order(life, refused, limb, "dismissed" if dismissed else order)
    return None if dismissed else said


def _order(life: Life, decided: date, limb: str, order: str) -> Said:
    """Tell of one appeal from its sending to the order."""
    sent = life.after(decided, 15, 40)
    _say(life, "dispute.tribunal_appeal.v1", sent, {"sent_on": sent, "limb": limb})
    day = life.after(sent, 3, 10)
    registered = {"registered_on": day, "received_on": day, "limb": limb}
    _say(life, "dispute.tribunal_registered.v1", day, registered)
    on = life.after(day, 30, 80)
    data = {"ordered_on": on, "order": order, "limb": limb}
    return _say(life, "dispute.tribunal_order.v1", on, data)


def _say(life: Life, kind: str, day: date, data: dict[str, Any]) -> Said:
    """Return what the council says in the course of an appeal."""
    return life.say(life.council(), kind, day, _TALK, data)
