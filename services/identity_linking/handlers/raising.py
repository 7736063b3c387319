"""What a batch of events raises for a steward: moves, and identifications taken back."""

from collections.abc import Sequence

from services.identity_linking import rules, store, translate
from services.identity_linking.translate import Told
from services.runtime.step import Step

Raised = set[tuple[str, str, str]]
"""Person, child and why."""


def moves(registry: rules.Registry, told: Sequence[Told]) -> Raised:
    """Return for review whose records went to a person of another child."""
    homes = {ref: known.child for ref, known in registry.persons.items()}
    return {
        (one.moved_to, home, "record-moved")
        for one in told
        if one.moved_to
        and (home := homes.get(one.ref))
        and homes.get(one.moved_to) != home
    }


async def corrected(step: Step, told: Sequence[Told]) -> Raised:
    """
    Return for review everybody of the children that an identification no longer bears out.

    A later version of it says other identifiers than an earlier one; nobody is parted.
    """
    records = {
        found
        for one in told
        if one.record.attributes["type"] == translate.IDENTIFIED
        and (found := translate.identification(one))
    }
    versions = await store.identifications(step.conn, records) if records else []
    persons = {ref for one in versions if (ref := rules.unsaid(one))}
    joined = await store.one_child_with(step.conn, persons) if persons else []
    return {(person, child, "identification-corrected") for person, child in joined}


async def taken_back(step: Step, told: Sequence[Told]) -> Raised:
    """
    Return for review everybody of the children that an identification made, now withdrawn.

    Nobody is parted by it: what joined them may have been said by others too.
    """
    records = {found for one in told if (found := translate.identification(one))}
    if not records:
        return set()
    joined = await store.identified_in_error(step.conn, records)
    return {(person, child, "identification-withdrawn") for person, child in joined}
