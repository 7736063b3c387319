"""Which table a heading is, whatever the order of its columns."""

from collections.abc import Sequence
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
_PLACES: Final = ("_file", "_row")
"""Where a row that was set aside stood: what is sent again to correct it has them."""


def recognised(names: Sequence[str]) -> tuple[Layout, str] | None:
    """Return the layout and the table that a heading belongs to, if any."""
    there = set(names)
    for layout in TABLES:
        found = [
            table
            for name, table in layout.tables.items()
            if f"{name}tableid" in there or (layout is crosswalk.LAYOUT)
        ]
        named = [t for t in found if not _is_anothers(t.name, found)]
        if layout is crosswalk.LAYOUT:
            named = [t for t in named if {*t.key} <= there <= {*CROSSWALK, *_PLACES}]
        if named:
            return layout, named[0].name
    return None


def _is_anothers(name: str, found: Sequence[Table]) -> bool:
    """Return whether the row numbers of a table stand here for another's sake."""
    return any(f"{name}tableid" in other.read for other in found if other.name != name)


def complete(
    names: Sequence[str], table: Table, name: str, *, mapped: bool = False
) -> None:
    """Refuse a table without the columns that it, or its mapping, cannot do without."""
    missing = sorted({*table.needed, *table.key} - set(names) - table.optional_key)
    if missing:
        rule = f"lacks the columns {', '.join(missing)}"
        remedy = _MAPPED if mapped else "Export it again with all columns."
        raise BrokenFileError(rule, where=name, remedy=remedy)


def spelt(names: list[str]) -> list[str]:
    """Return the names of columns, those of a crosswalk as we know them."""
    if recognised(names):
        return names
    known = [crosswalk.SPELLINGS.get(name, name) for name in names]
    return known if len(set(known)) == len(names) else names
