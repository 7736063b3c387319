"""What would become of files if they were the first of their feed; nothing is kept."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from schemas.events import category_of
from services.education_gateway.errors import EventRefused
from services.education_gateway.translate.events import to_statement
from services.education_gateway.translate.files import rows, survey
from services.education_gateway.translate.files.layout import Finding, Link, Table
from services.education_gateway.translate.files.opening import Delivery, Opened
from services.education_gateway.translate.files.rows import Judged
from services.education_gateway.translate.files.survey import Survey
from services.education_gateway.translate.files.telling import Speaker, events
from services.runtime.snapshots.comparing import compared

_TOGETHER = 500
_SOMEBODY = {"person": {"local_id": "somebody"}, "told": {}}


@dataclass(frozen=True, slots=True)
class Told:
    """One event that a row would make."""

    row: int
    type: str
    occurred: str

    def shown(self) -> dict[str, str]:
        """Return it without whom it is about."""
        category = category_of(self.type)
        return {"type": self.type, "occurred": self.occurred, "category": category}


@dataclass(slots=True)
class Tried:
    """What would become of a delivery."""

    kind: str
    rows: int = 0
    failed: int = 0
    """Rows that would be set aside."""
    events: list[Told] = field(default_factory=list)
    findings: list[tuple[int, Finding]] = field(default_factory=list)
    """Row, 0 for the file as such, and what is wrong or doubtful."""


def tried(
    delivery: Delivery,
    *,
    sender: str,
    feed: str,
    as_at: date,
    only: int | None = None,
) -> Tried:
    """
    Return what would become of *delivery*, of its file number *only* if that is said.

    Raises BrokenFileError where it cannot be read to its end. Records that belong to
    one in a file that is not there are judged as being about somebody.
    """
    whole = survey.surveyed(delivery, feed=feed, as_at=delivery.as_at or as_at)
    found = Tried(delivery.layout.kind)
    speaker = Speaker(sender, feed, whole.as_at)
    found.findings += [
        (0, remark) for index, remark in delivery.remarks if only in (None, index)
    ]
    for opened in delivery.files:
        if only is None or opened.index == only:
            _try_file(found, opened, whole, speaker)
    return found


def _try_file(found: Tried, opened: Opened, whole: Survey, speaker: Speaker) -> None:
    """Add what would become of one file."""
    apart = set[str]()
    for batch in survey.batches(opened, whole, after=0, size=_TOGETHER):
        for said in batch:
            table = whole.delivery.layout.table(said.raw.table)
            if isinstance(table.whom, Link):
                _whom(said, table, table.whom, whole, apart)
            told = list(_told(said, table, speaker))
            found.rows += 1
            found.failed += said.failed
            found.events += [] if said.failed else told
            found.findings += [(said.raw.row, one) for one in said.findings]
    for name in sorted(apart):
        rule = f"belongs to records of {name}, which was not looked at"
        remedy = f"Send {name} with it, or before it."
        found.findings.append((0, Finding("", rule, remedy, warning=True)))


def _whom(
    said: Judged, table: Table, link: Link, whole: Survey, apart: set[str]
) -> None:
    """Say whom a record is about, by the one that it belongs to."""
    about = whole.about(link.table, said.link)
    if link.table not in whole.keys:
        apart.add(link.table)
        about = _SOMEBODY
    if about:
        rows.about_whom(said, about)
    elif said.link:
        rows.orphan(said, table)


def _told(said: Judged, table: Table, speaker: Speaker) -> Iterator[Told]:
    """Yield the events of a row; what the catalogue says against one fails the row."""
    if said.row is None:
        return
    change = compared(said.row, None).change
    assert change is not None  # noqa: S101 - nothing was kept before
    try:
        for _, event in events(change, table, speaker):
            to_statement(event, sender=speaker.sender, place=said.raw.row)
            yield Told(said.raw.row, event["type"], event["occurred"])
    except EventRefused as refused:
        for where, rule in refused.faults:
            rows.broken_rule(said, where, rule)
