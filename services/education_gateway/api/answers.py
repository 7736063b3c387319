"""What the events door answers, item by item."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.education_gateway.errors import EventRefused
from services.runtime import instants
from services.runtime.intake import messages
from services.runtime.intake.showing import MOST, Part
from services.runtime.problems import Problem


def answer_of(
    message: messages.Message, items: Sequence[messages.Item]
) -> dict[str, Any]:
    """Return the body of the 202; nothing to follow where all was outside the scope."""
    kept = any(not item.outside for item in items)
    return {
        "message_ref": str(message.ref) if kept else None,
        "received_at": instants.text(message.received_at),
        "items": [
            {
                "place": item.place,
                "status": _status(item),
                "problem": problem_of(item) or None,
                "warnings": listed(item.warnings),
            }
            for item in items
        ],
    }


def _status(item: messages.Item) -> str:
    """Return what became of an item at the door."""
    if item.refused:
        return "refused"
    return "out-of-scope" if item.outside else "accepted"


def listed(found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return pairs of pointer and rule as the wire has them."""
    return [{"where": where, "rule": rule} for where, rule in found]


def problem_of(item: messages.Item) -> dict[str, Any]:
    """Return the problem details of a refused item, or nothing."""
    refused = item.refused
    return dict(refused.problem()) if isinstance(refused, EventRefused) else {}


def part_of(asked: Mapping[str, str]) -> Part | None:
    """Return which part of a receipt is asked for; None is all of it. Raises a 422."""
    if not asked.keys() & {"after", "limit"}:
        return None
    try:
        part = Part(
            int(asked.get("after", Part().after)), int(asked.get("limit", MOST))
        )
    except ValueError:
        part = Part(limit=0)
    if not 0 < part.limit <= MOST or not -(2**31) <= part.after < 2**31:
        detail = f"after is a place, limit a number from 1 to {MOST}."
        raise Problem(422, "not-understood", detail)
    return part
