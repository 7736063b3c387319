"""Clock changes as events of `clocks.changed`, and digests as letters. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final
from uuid import UUID, uuid5

from schemas.agreement import Recipient
from schemas.entry import Entry
from services.clocks.rules import Change

_DIGESTS: Final = UUID("0d6f1f56-5b0a-5c52-8a86-6d1d6c3b0c11")
_LINES: Final = {
    "acknowledge": "requests for advice of which you have not said that they arrived",
    "answer": "requests for advice that wait for your answer",
    "overdue": "of these, past their last day",
    "unacknowledged": "requests of yours that nobody has said arrived, in time",
    "due_soon": "steps that you owe and that are due soon",
    "breached": "steps that you owe and that are overdue",
}
_LETTER: Final = """\
What {name} owes, as it stood on {day}:

{lines}

Each of them is shown, with its dates, after signing in at
{link}

This message says nothing about any child. It comes once a day, and only when something
is owed.
"""


def attributes(
    change: Change, start: Entry, child_ref: str, *, at: str
) -> dict[str, str]:
    """
    Return the attributes of a clock event; it belongs to the person of its start.

    *at* is when it was made, RFC 3339 UTC.
    """
    return {
        "id": own_id(change.clock.id, change.kind, change.number),
        "source": "urn:throughline:clocks",
        "type": f"clock.{change.kind}.v1",
        "time": at,
        "subject": child_ref,
        "occurred": at,
        "occurredprecision": "instant",
        "correlationid": start.correlationid,
        "causationid": start.causationid,
        "sensitivity": change.clock.sensitivity,
        "category": start.category,
        "personref": start.personref,
        "knownat": at,
    }


def own_id(clock_id: str, kind: str, number: int) -> str:
    """Return the id of the *number*th thing published of a clock."""
    return str(uuid5(UUID(clock_id), f"{kind}|{number}"))


def body(change: Change, day: date) -> dict[str, Any]:
    """Return the data of a clock event: the clock as it stood on *day*."""
    clock = change.clock
    return {
        **clock.shown(),
        "change": change.kind,
        "day": day.isoformat(),
        "revision": change.number,
        "stopped_on": clock.stopped_on.isoformat() if clock.stopped_on else None,
    }


def withdrawn(
    said: Mapping[str, str], data: Mapping[str, Any], *, number: int, at: str
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return attributes and data that take back what was last published of a clock."""
    own = own_id(data["id"], "withdrawn", number)
    times = {"time": at, "occurred": at, "knownat": at}
    attributes = {**said, **times, "id": own, "type": "clock.withdrawn.v1"}
    return attributes, {**data, "change": "withdrawn", "revision": number}


def digest_id(to: Recipient, day: date) -> UUID:
    """Return the id of the digest of *day* for one recipient: made again, the same."""
    return uuid5(_DIGESTS, f"{day}|{to.org}|{to.role}|{to.address}")


def digest(
    to: Recipient,
    day: date,
    numbers: Mapping[str, int],
    *,
    sender: str,
    link: str,
    at: datetime,
) -> bytes:
    """Return the digest of *day*, a whole message of numbers and one link."""
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"] = sender, to.address
    letter["Subject"] = f"Throughline: what is owed, {day.isoformat()}"
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<{digest_id(to, day)}@throughline>"
    letter["Auto-Submitted"] = "auto-generated"
    said = [
        f"  {numbers[k]:>4}  {line}" for k, line in _LINES.items() if numbers.get(k)
    ]
    text = _LETTER.format(
        name=to.name, day=day.isoformat(), lines="\n".join(said), link=link
    )
    letter.set_content(text, cte="quoted-printable")
    return letter.as_bytes()
