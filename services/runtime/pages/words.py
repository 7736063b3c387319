"""Dates, codes and states in the words that the pages use (NHS service manual)."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from services.runtime import instants

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_VERSION: Final = re.compile(r"\.v[0-9]+$")

_ABBREVIATIONS: Final = {
    "ap": "Alternative provision",
    "camhs": "CAMHS",
    "ctf": "Common Transfer File",
    "dco": "DCO",
    "ehc": "EHC",
    "ehcna": "EHC needs assessment",
    "ehcp": "EHC plan",
    "ehe": "elective home education",
    "ep": "educational psychologist",
    "gp": "GP",
    "icb": "ICB",
    "la": "local authority",
    "nhs": "NHS",
    "ot": "occupational therapy",
    "physio": "physiotherapy",
    "s23": "section 23",
    "sen": "SEN",
    "slt": "speech and language therapy",
    "upn": "UPN",
}

_ROLES: Final = {
    "send_officer": "SEND officer",
    "dco": "Designated clinical officer",
    "clinician": "Clinician",
    "senco": "SENCO",
    "setting": "School or setting",
    "steward": "Identity steward",
    "operator": "Operator",
}

_REGISTERS: Final = {
    "urn:ods:": "ODS code",
    "urn:dfe:la:": "local authority",
    "urn:dfe:urn:": "school URN",
}

STATES: Final = {
    "running": ("Running", "blue"),
    "due_soon": ("Due soon", "yellow"),
    "breached": ("Overdue", "red"),
    "met": ("Met", "green"),
    "met_late": ("Met late", "orange"),
    "stopped": ("Stopped", "grey"),
}
"""A clock's state in words, and the tag's colour, which only repeats the words."""

_TAG_COLOURS: Final = {
    "waiting": "yellow",
    "translated": "blue",
    "linked": "green",
    "superseded": "grey",
    "withdrawn": "grey",
    "refused": "red",
    "erased": "grey",
    "replayed": "green",
    "delivered": "green",
}


def is_day(value: str) -> bool:
    """Return whether *value* is a date alone, `YYYY-MM-DD`."""
    return _DAY.fullmatch(value) is not None


def london(value: str) -> date:
    """Return the London date of *value*, a date or an instant with an offset."""
    if is_day(value):
        return date.fromisoformat(value)
    return instants.london_day(instants.parsed(value))


def day(value: date | str) -> str:
    """Return *value* as `23 November 2026`, an instant by its London date."""
    civil = london(value) if isinstance(value, str) else value
    return f"{civil.day} {civil:%B %Y}"


def moment(value: str) -> str:
    """Return *value* as `23 November 2026 at 9:04am` in London; a date as a date."""
    if is_day(value):
        return day(value)
    there = instants.parsed(value).astimezone(instants.LONDON)
    half = "am" if there.hour < 12 else "pm"  # noqa: PLR2004
    return f"{day(there.date())} at {there.hour % 12 or 12}:{there:%M}{half}"


def days(count: int) -> str:
    """Return `1 day`, `2 days` and so on."""
    return "1 day" if count == 1 else f"{count} days"


def ago(past: date, today: date) -> str | None:
    """
    Return how long before *today* something was: `today`, `12 days ago`.

    None for what is after *today*: a demonstration may have fixed an earlier day.
    """
    gone = (today - past).days
    if gone < 0:
        return None
    return f"{days(gone)} ago" if gone else "today"


def plain(code: str) -> str:
    """Return a code as words: `community-paediatrics` as `Community paediatrics`."""
    parts = re.split(r"[._\-\s]+", _VERSION.sub("", code))
    text = " ".join(_ABBREVIATIONS.get(part, part) for part in parts if part)
    return text[:1].upper() + text[1:]


def role(code: str) -> str:
    """Return what people call the role *code*."""
    return _ROLES.get(code, plain(code))


def organisation(urn: str, names: Mapping[str, str]) -> str:
    """Return the name of *urn*, or its code and the register that issued it."""
    if urn in names:
        return names[urn]
    for prefix, register in _REGISTERS.items():
        if urn.startswith(prefix):
            return f"{register} {urn.removeprefix(prefix)}"
    return urn


def tag_colour(state: str) -> str:
    """Return the tag's colour for a message's or an event's *state*."""
    return _TAG_COLOURS.get(state, "white")
