"""Which table a heading is, whatever the order of its columns."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from services.education_gateway.translate.files import census, crosswalk, sen2
from services.education_gateway.translate.files.layout import (
    BrokenFileError,
    Finding,
    Layout,
    Table,
)

TABLES: Final = (census.LAYOUT, sen2.LAYOUT, crosswalk.LAYOUT)
"""Kinds of file that come as separated text or as a sheet."""
CROSSWALK: Final = crosswalk.HEADINGS
"""What a table may hold that says whose numbers are whose: with more it is another."""
_MAPPED: Final = (
    "Export it again with all columns, or correct the mapping: its headings, its "
    "header_row, its sheet or its delimiter."
)
NO_TABLE: Final = (
    "has headings of no kind that this gateway knows, and its feed has no mapping"
)
NAME_IT: Final = (
    "Check the name of the feed, and that a mapping of yours names it. Without one, "
    "send SEN2 or school census COLLECT tables, or a crosswalk, whose headings are "
    f"{', '.join(CROSSWALK)} and no others."
)
UNREAD: Final = Finding(
    "",
    "was left out: its headings are those of no table of its kind, or were cut off",
    "Check it against the export; send it again, or leave it out.",
    warning=True,
)
_NUMBERS: Final = "tableid"
"""How the column ends in which COLLECT numbers the rows of a table."""
_PLACES: Final = ("_file", "_row")
"""Where a row that was set aside stood: what is sent again to correct it has them."""


def recognised(names: Sequence[str]) -> tuple[Layout, str] | None:
    """Return the layout and the table that a heading belongs to, if any."""
    there = set(names)
    for layout in TABLES:
        found = [
            table
            for name, table in layout.tables.items()
            if f"{name}{_NUMBERS}" in there or (layout is crosswalk.LAYOUT)
        ]
        named = [t for t in found if not _is_anothers(t.name, found)]
        named = [t for t in named if not _belongs_to(t, there)]
        if layout is crosswalk.LAYOUT:
            named = [t for t in named if {*t.key} <= there <= {*CROSSWALK, *_PLACES}]
        if named:
            return layout, named[0].name
    return None


def _is_anothers(name: str, found: Sequence[Table]) -> bool:
    """Return whether the row numbers of a table stand here for another's sake."""
    return any(
        f"{name}{_NUMBERS}" in other.read for other in found if other.name != name
    )


def _belongs_to(table: Table, there: AbstractSet[str]) -> bool:
    """
    Return whether a heading is of a table that we do not know, whose rows *table* has.

    A census has many: addresses, attendance. They number rows of their own.
    """
    strange = {name for name in there if name.endswith(_NUMBERS)}
    return bool(_missing(table, there) and strange - table.read - table.passing)


def _missing(table: Table, there: AbstractSet[str]) -> list[str]:
    """Return the columns that *table* cannot do without and that are not *there*."""
    return sorted({*table.needed, *table.key} - there - table.optional_key)


def complete(
    names: Sequence[str], table: Table, name: str, *, mapped: bool = False
) -> None:
    """Refuse a table without the columns that it, or its mapping, cannot do without."""
    if missing := _missing(table, set(names)):
        rule = f"lacks the columns {', '.join(missing)}"
        remedy = _MAPPED if mapped else "Export it again with all columns."
        raise BrokenFileError(rule, where=name, remedy=remedy)


def spelt(names: list[str]) -> list[str]:
    """Return the names of columns, those that files spell otherwise as we know them."""
    others = sen2.SPELLINGS if recognised(names) else crosswalk.SPELLINGS
    known = [others.get(name, name) for name in names]
    return known if len(set(known)) == len(set(names)) else names
