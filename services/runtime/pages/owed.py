"""What is asked of an organisation, in words; and the answers that it can give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.runtime.pages import words
from services.runtime.pages.clocks import due_in_words
from services.runtime.pages.environment import render
from services.runtime.pages.models import AskPage, OwedPage

ANSWERS: Final = {
    "received": "We received the request",
    "returned": "We sent our advice",
    "not_known": "The child is not known to us",
    "missed": "The child was not brought to an appointment",
    "told": "We told the parent or young person",
}
"""What a person can answer."""

CHANNELS: Final = {
    "secure-email": "Secure email",
    "portal": "The council's portal",
    "email": "Email",
    "post": "Post",
    "by-hand": "By hand",
    "telephone": "Telephone",
}
"""How something was sent or said."""

NEED_A_CHANNEL: Final = frozenset({"returned", "told"})
"""Answers of which it is asked how."""


@dataclass(frozen=True, slots=True)
class AskRow:
    """One request in words."""

    id: str
    child_ref: str
    title: str
    asked_by: str
    body: str
    sent_on: date
    received_on: date | None
    due: date | None
    when: str
    """`Due in 9 days`, `12 days overdue`, or that it must be acknowledged."""
    tag: str
    colour: str
    state: str
    week: str | None
    """`Week 9 of 20`, of the plan that it is for."""
    waiting_on: str
    unacknowledged: bool
    acknowledge_by: date
    explained: str | None


def owed(model: OwedPage) -> str:
    """Return what is asked of an organisation, and what it asked others for."""
    rows = [
        ask_row(one, model["names"], model["today"]) for one in model["owed"]["items"]
    ]
    bodies = {item["id"]: item["body"] for item in model["owed"]["items"]}
    mine = [row for row in rows if bodies[row.id] == model["org"]]
    others = [row for row in rows if bodies[row.id] != model["org"]]
    return render(
        "owed.html",
        viewer=model["viewer"],
        as_of=model["owed"]["as_of"],
        today=model["today"],
        mine=mine,
        silent=[row for row in others if row.unacknowledged],
        waiting=[row for row in others if not row.unacknowledged],
    )


def ask(model: AskPage) -> str:
    """Return one request with the form that answers it."""
    row = ask_row(model["ask"], model["names"], model["today"])
    said = {**model, "answers": ANSWERS, "channels": CHANNELS, "row": row}
    return render("ask.html", **said)


def ask_row(item: Mapping[str, Any], names: Mapping[str, str], today: date) -> AskRow:
    """Return one item of `GET /owed` in words."""
    due = words.london(item["due"]) if item["due"] else None
    acknowledge_by = words.london(item["acknowledge_by"])
    state, tag, colour = _state(item)
    advice = words.plain(item["advice"]) if item["advice"] else None
    received = words.london(item["received_on"]) if item["received_on"] else None
    return AskRow(
        id=item["id"],
        child_ref=item["child_ref"],
        title=f"{advice} advice" if advice else "Advice",
        asked_by=words.organisation(item["asked_by"], names),
        body=words.organisation(item["body"], names),
        sent_on=words.london(item["sent_on"]),
        received_on=received,
        due=due,
        when=due_in_words(due, today) if due else "Not acknowledged yet",
        tag=tag,
        colour=colour,
        state=state,
        week=_week(item["plan"]),
        waiting_on=words.organisation(item["waiting_on"], names),
        unacknowledged=item["unacknowledged"],
        acknowledge_by=acknowledge_by,
        explained=item["explained"],
    )


def _state(item: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the state of a request, its word and its colour."""
    if item["overdue"]:
        return "breached", "Overdue", "red"
    if item["unacknowledged"]:
        return "breached", "Not acknowledged", "red"
    if not item["received_on"]:
        return "due_soon", "To acknowledge", "yellow"
    return "running", "Running", "blue"


def _week(plan: Mapping[str, Any] | None) -> str | None:
    """Return in which week of its limit the plan is."""
    if plan is None:
        return None
    if plan["week"] > plan["weeks"]:
        return f"The {plan['weeks']} weeks of the plan are over"
    return f"Week {plan['week']} of {plan['weeks']}"
