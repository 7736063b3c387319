"""`GET /owed`: what is asked of the caller's organisation, and what it asked for."""

from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas.entry import Entry
from schemas.naming import namings
from services.clocks import rules, store
from services.runtime import audit, children, instants, postgres
from services.runtime.agreements import Contracts
from services.runtime.decide import reach, visible, visible_clocks_rules
from services.runtime.postgres import Connection
from services.runtime.problems import away
from services.runtime.service import Service
from services.runtime.tokens import Caller

Json = dict[str, Any]


class Owed:
    """Finds what is open, shows what may be seen of it, and writes that down."""

    def __init__(self, service: Service, contracts: Contracts) -> None:
        """Answer for *service* under *contracts*."""
        self._service = service
        self._contracts = contracts

    def router(self) -> APIRouter:
        """Return the route."""
        routes = APIRouter()

        @routes.get("/owed")
        async def owed(request: Request) -> Response:
            """Return what is asked of the caller, and what it asked for, open alone."""
            caller = await self._service.tokens.caller(request)
            caller.needs("read")
            try:
                async with self._service.pool.acquire() as conn, conn.transaction():
                    items = await self._items(conn, caller)
            except postgres.AWAY:
                raise away() from None
            said = orjson.dumps(
                {
                    "as_of": instants.minute(instants.now()),
                    "today": self._contracts.today.isoformat(),
                    "items": items,
                }
            )
            headers = {"Cache-Control": "no-store"}
            return Response(said, 200, headers, "application/json")

        return routes

    async def _items(self, conn: Connection, caller: Caller) -> list[Json]:
        """Return every open request, what is due first at the top."""
        found = await store.asked.children_of(conn, caller.org)
        entries = await children.entries_of(conn, found)
        items: list[Json] = []
        for child in found:
            items += await self._of_child(conn, caller, child, entries.get(child, []))
        return sorted(items, key=_turn)

    async def _of_child(
        self, conn: Connection, caller: Caller, child: str, entries: list[Entry]
    ) -> list[Json]:
        """Decide, audit and return what is open of one child."""
        contracts, today = self._contracts.rules, self._contracts.today
        viewer = self._contracts.viewer(caller)
        reached = reach(viewer, namings(entries), contracts.agreements)
        if reached is None:
            return []
        clocks = visible_clocks_rules(reached, contracts.clocks)
        seen = visible(entries, reached)
        items = rules.owed(seen, clocks, caller.org, today)
        if items:
            disclosure = audit.Disclosure(
                caller=caller,
                role=reached.role,
                action="owed",
                subject=child,
                agreement=reached.agreement.id,
                version=reached.terms.version,
                shown={"entries": [item["id"] for item in items]},
            )
            await audit.record(conn, disclosure)
        return [{"child_ref": child, **item} for item in items]


def _turn(item: Json) -> tuple[str, str]:
    """Return what items are sorted by: a request that has not arrived is next to do."""
    return item["due"] or item["acknowledge_by"], item["id"]
