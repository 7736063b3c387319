"""By which rules fresh events can change a child's clocks."""

from collections.abc import Collection, Iterable

from schemas.clocks.pairing import is_council
from schemas.clocks.rule import ClockRule
from schemas.entry import Entry


def touched(
    rules: Iterable[ClockRule], entries: Iterable[Entry], fresh: Collection[Entry]
) -> list[ClockRule]:
    """
    Return the rules by which *fresh* can change the clocks of a child's *entries*.

    None of the fresh may correct or withdraw anything. A council of which nothing was
    heard before may be the one that owes what a school asked for.
    """
    ids = {entry.id for entry in fresh}
    said = {entry.type for entry in fresh}
    heard = {(e.source, e.category) for e in entries if e.id not in ids}
    new = {(e.source, e.category) for e in fresh if is_council(e.source)} - heard
    return [
        rule
        for rule in rules
        if not said.isdisjoint(rule.types)
        or (rule.owed_by == "council" and any(c in rule.reads for _, c in new))
    ]
