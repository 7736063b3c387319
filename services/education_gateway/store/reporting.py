"""What a sender is told of its files: counts, and what was wrong, row by row."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from services.education_gateway.store import deliveries, failures
from services.education_gateway.store.arriving import uuid_of
from services.runtime import audit, offices
from services.runtime.agreements import Contracts
from services.runtime.intake.showing import Part, receipt
from services.runtime.offices import Officer
from services.runtime.postgres import AWAY
from services.runtime.problems import Problem, away, unknown
from services.runtime.service import Service
from services.runtime.tokens import Caller

HEADINGS: Final = (
    "file",
    "row",
    "table",
    "column",
    "rule",
    "what_to_do",
    "severity",
    "state",
    "value",
)
HIDDEN: Final = "(hidden)"
_OWN: Final = "SELECT 1 FROM receipts WHERE message_ref = $1 AND sender = $2"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Reporting:
    """Reads what was found in files, for their sender alone."""

    def __init__(self, service: Service, contracts: Contracts) -> None:
        """Read in *service*'s database; *contracts* say who may see values."""
        self._service = service
        self._contracts = contracts

    async def receipt(
        self, caller: Caller, ref: str, part: Part | None = None
    ) -> dict[str, Any]:
        """Return what became of a message; of a delivery of files, what it came to."""
        shown = await receipt(self._service, caller, ref, part)
        files = await self.summary(caller, ref)
        return shown | ({"file": files} if files else {})

    async def summary(self, caller: Caller, ref: str) -> Mapping[str, Any] | None:
        """Return what a delivery has come to; None where the message is none."""
        wanted = await self._own(caller, ref)
        try:
            async with self._service.pool.acquire() as conn:
                return await deliveries.summary(conn, wanted)
        except AWAY:
            raise away() from None

    async def counted(self, caller: Caller, ref: str) -> list[Mapping[str, Any]]:
        """Return what was found, a line a rule, without any value."""
        wanted = await self._own(caller, ref)
        async with self._service.pool.acquire() as conn:
            return await failures.counted(conn, wanted)

    async def tables(self, caller: Caller, ref: str) -> Mapping[str, int]:
        """Return how many rows failed and are not corrected yet, by table."""
        wanted = await self._own(caller, ref)
        async with self._service.pool.acquire() as conn:
            return await failures.tables(conn, wanted)

    async def report(self, caller: Caller, ref: str) -> AsyncIterator[str]:
        """Return the report as lines of CSV; values only for those who may see them."""
        wanted = await self._own(caller, ref)
        owner = self._owner(caller)
        if owner:
            await self._note(owner, "report", wanted)
        return self._report(wanted, shows=owner is not None)

    async def rows(self, caller: Caller, ref: str, table: str) -> AsyncIterator[str]:
        """Return the rows of a table that failed, as they came; raises a 403."""
        wanted = await self._own(caller, ref)
        owner = self._owner(caller)
        if owner is None:
            detail = "These rows hold personal data, which your role may not see."
            raise Problem(403, "not-permitted", detail)
        async with self._service.pool.acquire() as conn:
            named = await failures.tables(conn, wanted)
        if not named or (table and table not in named):
            raise unknown()
        await self._note(owner, "rows", wanted)
        return self._rows(wanted, table or next(iter(named)))

    async def _own(self, caller: Caller, ref: str) -> UUID:
        """Return the reference of a message of *caller*'s, or raise the one 404."""
        wanted = uuid_of(ref)
        try:
            found = await self._service.pool.fetchval(_OWN, wanted, caller.org)
        except AWAY:
            raise away() from None
        if found is None:
            raise unknown()
        return wanted

    def _owner(self, caller: Caller) -> Officer | None:
        """Return *caller* in the role in which they may see values, or None."""
        return offices.owner(caller, self._contracts)

    async def _note(self, owner: Officer, action: str, ref: UUID) -> None:
        """Write down who is shown which values, before any leaves."""
        disclosure = owner.discloses(action, f"message {ref}", {"own_rows": True})
        try:
            async with self._service.pool.acquire() as conn, conn.transaction():
                await audit.record(conn, disclosure)
        except AWAY:
            raise away() from None

    async def _report(self, ref: UUID, *, shows: bool) -> AsyncIterator[str]:
        """Yield the lines of the report."""
        yield _line(HEADINGS)
        async with self._service.pool.acquire() as conn:
            async for found in failures.report(conn, ref):
                value = found["value"] if shows else HIDDEN
                yield _line(
                    (
                        found["file"],
                        found["row"],
                        found["name"],
                        found["column_"],
                        found["rule"],
                        found["remedy"],
                        "warning" if found["warning"] else "error",
                        _state(found),
                        value if found["value"] else "",
                    )
                )

    async def _rows(self, ref: UUID, table: str) -> AsyncIterator[str]:
        """Yield the rows that failed under their own headings, and where they stood."""
        heading: list[str] = []
        async with self._service.pool.acquire() as conn:
            async for file, row, cells in failures.rows(conn, ref, table):
                if not heading:
                    heading = list(cells)
                    yield _line(["_file", "_row", *heading])
                yield _line([file, row, *(cells.get(name, "") for name in heading)])


def _state(found: Mapping[str, Any]) -> str:
    """Return what has become of the row."""
    if not found["row"]:
        return "taken in" if found["warning"] else "refused"
    if found["corrected"]:
        return "corrected"
    return "set aside" if found["failed"] else "taken in"


def _line(cells: Iterable[object]) -> str:
    """Return one line of CSV, in which no cell is a formula to a spreadsheet."""
    written = io.StringIO()
    texts = [str(cell) for cell in cells]
    safe = ["'" + t if t.startswith(_FORMULA) else t for t in texts]
    csv.writer(written, lineterminator="\r\n").writerow(safe)
    return written.getvalue()
