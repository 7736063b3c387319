"""The tables in force: read again when a file changes, and kept by their version."""

from typing import Final

from pydantic import ValidationError

from schemas.errors import Stopped
from services.health_gateway.store.tables import tables
from services.health_gateway.translate import Tables
from services.runtime import log
from services.runtime.postgres import Connection
from services.runtime.service import Service

_KEEP: Final = """
INSERT INTO mappings (version, content) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT DO NOTHING
"""
_KEPT: Final = "SELECT content FROM mappings WHERE version = $1"


class TableFiles:
    """The tables as the files of one folder say them."""

    def __init__(self, service: Service) -> None:
        """Read them now; a file that cannot be understood stops the start."""
        self._service = service
        self._folder = service.settings.contracts
        self._stamp = self._stamped()
        self._tables = tables(self._folder)
        self._kept: Tables | None = None

    @property
    def tables(self) -> Tables:
        """What the files said when they last changed."""
        return self._tables

    def version(self, sender: str) -> str:
        """Return the version of all by which a message of *sender* is read now."""
        return self._tables.version(sender)

    async def refresh(self) -> None:
        """Read the files again if one has changed; keep the last good ones otherwise."""
        stamp = self._stamped()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._tables = tables(self._folder)
            except Stopped as bad:
                log.get().error("tables_not_read", what_to_do=str(bad))
            else:
                log.get().info("tables_read")
        await self._keep()

    async def _keep(self) -> None:
        """Keep what each version says, so that it can be read by again."""
        if self._kept is self._tables:
            return
        known = self._tables
        senders = ("", *known.publishers)
        versions = [known.version(sender) for sender in senders]
        contents = [known.content(sender) for sender in senders]
        await self._service.steps.turn(
            "mappings", lambda step: step.conn.execute(_KEEP, versions, contents)
        )
        self._kept = known

    def _stamped(self) -> tuple[tuple[str, int], ...]:
        """Return what changes when a file does."""
        kinds = ("standards", "publishers")
        files = sorted(f for k in kinds for f in (self._folder / k).glob("*.yaml"))
        return tuple((str(file), file.stat().st_mtime_ns) for file in files)


async def tables_of(conn: Connection, version: str) -> Tables | None:
    """Return the tables that *version* names; None where they cannot be read now."""
    content = await conn.fetchval(_KEPT, version)
    try:
        return Tables.of(content) if content else None
    except ValidationError:
        return None
