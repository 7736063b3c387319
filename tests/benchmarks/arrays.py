"""The 20,000 events of the path benchmark, made beforehand as arrays of 100."""

from random import Random
from typing import Any, Final

import orjson

from tests.benchmarks.people import SEED, today
from tests.load.children import COUNCIL, TRUST, Child
from tests.load.statements import statement

ARRAY: Final = 100
SENDERS: Final = (COUNCIL, TRUST)
_ONCE: Final = ("ehcna.requested.v1", "ehcna.decided.v1")
"""A child's story begins with these, and has each once."""


def lanes(
    rng: Random, known: list[Child], each: int
) -> dict[tuple[str, int], list[bytes]]:
    """
    Return arrays by sender and block of children; *each* events of every child.

    An array has one event of each child of its block, half of the arrays from either
    agency; those of one lane are sent one after another, so that a person has an order.
    """
    per_sender = each // len(SENDERS)
    blocks = [known[first : first + ARRAY] for first in range(0, len(known), ARRAY)]
    return {
        (sender, place): [
            orjson.dumps([_event(rng, sender, child, turn) for child in block])
            for turn in range(per_sender)
        ]
        for place, block in enumerate(blocks)
        for sender in SENDERS
    }


def _event(rng: Random, sender: str, child: Child, turn: int) -> dict[str, Any]:
    """Return what *sender* says of *child* in its turn."""
    kind, data = _said(rng, sender, turn)
    return {
        "specversion": "1.0",
        "id": f"A-{sender[-3:]}-{child.number}-{turn}",
        "source": sender,
        "type": kind,
        "occurred": today(),
        "data": {"person": child.known_to(sender, SEED)} | data,
    }


def _said(rng: Random, sender: str, turn: int) -> tuple[str, dict[str, Any]]:
    """Return a type and its data: the council's first two turns open the story."""
    first = _ONCE[turn] if sender == COUNCIL and turn < len(_ONCE) else None
    while True:
        kind, data = statement(rng, sender, today())
        if kind == first or (first is None and kind not in _ONCE):
            return kind, data
