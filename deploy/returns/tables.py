"""The nine tables of the SEN2 return, its collection, and its cells. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

Row = dict[str, str]
_THURSDAY: Final = 3
_THIRD: Final = 14
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
"""As COLLECT writes them, whatever the locale."""

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "person": (
        *("surname", "forename", "personbirthdate", "sex", "ethnicity", "postcode"),
        *("upn", "uniquelearnernumber", "upnunknown"),
    ),
    "requests": (
        *("receiveddate", "requestsource", "rya", "requestoutcomedate"),
        *("requestoutcome", "requestmediation", "requesttribunal", "exported"),
    ),
    "assessment": (
        *("assessmentoutcome", "assessmentoutcomedate", "assessmentmediation"),
        *("assessmenttribunal", "othermediation", "othertribunal", "week20"),
    ),
    "namedplan": (
        *("startdate", "planres", "planwbp", "pb", "oa", "dp", "ceasedate"),
        "ceasereason",
    ),
    "plandetail": (
        *("urn", "ukprn", "sensetting", "sensettingother", "placementrank"),
        *("senunitindicator", "resourcedprovisionindicator"),
    ),
    "activeplans": (
        *("transferla", "reviewmeeting", "reviewoutcome", "reviewdraft", "lastreview"),
        *("phasetransferduedate", "phasetransferfinaldate"),
    ),
    "placementdetail": (
        *("urn", "ukprn", "sensetting", "sensettingother", "placementrank"),
        *("entrydate", "leavingdate", "senunitindicator"),
        *("resourcedprovisionindicator", "res", "wbp"),
    ),
    "senneed": ("sentype", "sentyperank"),
}
"""The items of each module, in the order of the specification."""
PARENTS: Final[Mapping[str, str]] = {
    "person": "sen2",
    "requests": "person",
    "assessment": "requests",
    "namedplan": "assessment",
    "plandetail": "namedplan",
    "activeplans": "requests",
    "placementdetail": "activeplans",
    "senneed": "activeplans",
}


@dataclass(frozen=True, slots=True)
class Collection:
    """Which return it is."""

    year: int
    """Of the January in which it is collected."""
    council: str
    """Three digits."""

    @property
    def first(self) -> date:
        """The first day that it is about."""
        return date(self.year - 1, 1, 1)

    @property
    def last(self) -> date:
        """The last day that it is about."""
        return date(self.year - 1, 12, 31)

    @property
    def reference(self) -> date:
        """The day on which plans must be in force: the third Thursday of January."""
        new_year = date(self.year, 1, 1)
        until_thursday = (_THURSDAY - new_year.weekday()) % 7
        return new_year + timedelta(days=until_thursday + _THIRD)


@dataclass(slots=True)
class Return:
    """The rows of every table."""

    rows: dict[str, list[Row]] = field(
        default_factory=lambda: {name: [] for name in TABLES}
    )

    def add(self, table: str, parent: str, **items: object) -> str:
        """Add a row under the row *parent*; return its id."""
        own = str(len(self.rows[table]) + 1)
        row = {f"{PARENTS[table]}tableid": parent, f"{table}tableid": own}
        row |= {item: cell_of(items.get(item)) for item in TABLES[table]}
        self.rows[table].append(row)
        return own


def cell_of(value: object) -> str:
    """Return a value as COLLECT writes it: dates with a month's name, 1 and 0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, date):
        month = _MONTHS[value.month - 1]
        return f"{value.year}-{month}-{value.day:02d} 00:00:00"
    return str(value)


def day_in(cell: str) -> date | None:
    """Return the day in a cell that `cell_of` wrote."""
    if not cell:
        return None
    year, month, day = cell.split(" ", maxsplit=1)[0].split("-")
    return date(int(year), _MONTHS.index(month) + 1, int(day))
