"""The doors' own account: each acknowledged message is in a final state."""

from collections.abc import Iterator
from typing import Final

from tests.checker.evidence import Answer, Collected, Finding
from tests.checker.expect import Effect, Expected, message_refs

_WAITS: Final = frozenset({"waiting", "translated"})
_THERE: Final = "linked"


def receipts(collected: Collected, wanted: Expected) -> Iterator[Finding]:
    """Yield what is wrong with the answers of `/messages`."""
    yield from _at_the_door(collected)
    for ref in message_refs(collected.journal).values():
        if ref is not None:
            yield from _message(ref, collected.messages.get(ref))
    for effect in wanted.effects:
        if effect.messages:
            yield from _effect(effect)


def _at_the_door(collected: Collected) -> Iterator[Finding]:
    """Yield what no door took, and items that one refused in an array."""
    for record in collected.journal.given_up:
        yield Finding("unacknowledged", "door", (record.sender, record.sourcerecord))
    for taken in collected.journal.acknowledged:
        for record in taken.records:
            if record.status != "accepted":
                refs = (record.sender, record.sourcerecord, taken.message_ref or "")
                yield Finding("refused", "door", refs)


def _message(ref: str, answer: Answer | None) -> Iterator[Finding]:
    """Yield what is wrong with one message."""
    if answer is None:
        yield Finding("lost", "messages", (ref,))
    elif answer["state"] == "refused":
        yield Finding("refused", "messages", (ref,))
    elif answer["state"] == "waiting":
        yield Finding("unfinished", "messages", (ref,))


def _effect(effect: Effect) -> Iterator[Finding]:
    """Yield what is wrong with the states of one record's events."""
    states = set(effect.states)
    if "refused" in states:
        yield Finding("refused", "messages", effect.refs)
    elif states & _WAITS:
        yield Finding("unfinished", "messages", effect.refs)
    elif not states or (effect.latest and _THERE not in states):
        yield Finding("lost", "messages", effect.refs)
