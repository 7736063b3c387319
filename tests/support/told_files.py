"""What deliveries of files say: their records, and the statements they make."""

from collections import Counter

from services.education_gateway.translate import to_statement
from services.education_gateway.translate.files import rows, telling
from services.education_gateway.translate.files.layout import Link
from services.runtime.snapshots.comparing import compared
from tests.support.agencies import COUNCIL
from tests.support.school_files import AS_AT, judged, part, read

SPEAKER = telling.Speaker(COUNCIL, "feed", AS_AT)


def told(*contents, before=()):
    """Return the statements that a delivery makes after an earlier one."""
    was = dict(kept(before)) if before else {}
    whole = read(*(part(c, f"{n}.csv") for n, c in enumerate(contents)))
    found = []
    for said in records_of(whole):
        table = whole.delivery.layout.table(said.raw.table)
        change = said.row and compared(said.row, was.get((table.name, said.own))).change
        if change:
            events = telling.events(change, table, SPEAKER)
            found += [to_statement(e, sender=COUNCIL, place=1) for _, e in events]
    return found


def kept(contents):
    """Yield what is kept of a delivery, by table and key."""
    whole = read(*(part(c) for c in contents))
    for said in records_of(whole):
        if said.row:
            yield (said.raw.table, said.own), compared(said.row, None).kept


def records_of(whole):
    """Yield the records of a delivery with whom they are about."""
    for said in judged(whole):
        table = whole.delivery.layout.table(said.raw.table)
        if isinstance(table.whom, Link):
            rows.about_whom(said, whole.about(table.whom.table, said.link))
        yield said


def types(statements):
    """Return how many events of each type there are."""
    return Counter(one.type.removesuffix(".v1") for one in statements)
