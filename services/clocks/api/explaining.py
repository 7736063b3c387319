"""HTTP door of the clocks: explains a clock to those who may see all it rests on."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from schemas.clocks import ClockRule, clocks_of
from schemas.naming import namings
from services.runtime import audit, children, postgres
from services.runtime.agreements import Contracts
from services.runtime.decide import reach, visible, visible_clocks_rules
from services.runtime.postgres import Connection
from services.runtime.problems import away, unknown
from services.runtime.service import Service
from services.runtime.tokens import Caller


class Door:
    """The door of the clocks."""

    def __init__(self, service: Service, contracts: Contracts) -> None:
        """Answer for *service* under *contracts*."""
        self._service = service
        self._contracts = contracts

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter()

        @routes.get("/children/{ref}/clocks/{clock_id}")
        async def explain(ref: str, clock_id: str, request: Request) -> dict[str, Any]:
            """Return a clock with the rule by which it is counted."""
            caller = await self._service.tokens.caller(request)
            caller.needs("read")
            try:
                async with self._service.pool.acquire() as conn, conn.transaction():
                    return await self._explained(conn, caller, ref, clock_id)
            except postgres.AWAY:
                raise away() from None

        return routes

    async def _explained(
        self, conn: Connection, caller: Caller, ref: str, clock_id: str
    ) -> dict[str, Any]:
        """Read, decide and audit; raises the one 404."""
        child = await children.current_child(conn, ref)
        entries = (await children.entries_of(conn, [child])).get(child, [])
        contracts = self._contracts.rules
        viewer = self._contracts.viewer(caller)
        reached = reach(viewer, namings(entries), contracts.agreements)
        rules = visible_clocks_rules(reached, contracts.clocks)
        found = clocks_of(visible(entries, reached), rules, self._contracts.today)
        clock = next((one for one in found if one.id == clock_id), None)
        if reached is None or clock is None:
            raise unknown()
        disclosure = audit.Disclosure(
            caller=caller,
            role=reached.role,
            action="clock",
            subject=ref,
            agreement=reached.agreement.id,
            version=reached.terms.version,
            shown={"clock": clock_id, "events": list(clock.events)},
        )
        await audit.record(conn, disclosure)
        followed = [r for r in rules if r.clock == clock.clock]
        return clock.shown() | {"rules": [_rule(rule) for rule in followed]}


def _rule(rule: ClockRule) -> dict[str, Any]:
    """Return how a clock is counted, and where that was read."""
    return {
        "title": rule.title,
        "regulation": rule.regulation,
        "statutory": rule.statutory,
        "weeks": rule.limit.weeks,
        "limit": dict([rule.limit.counted]),
        "starts": list(rule.start.types),
        "met_by": list(rule.met_by.types),
        "explained_by": [t for one in rule.explained_by for t in one.types],
        "in_force_from": rule.in_force_from.isoformat(),
        "source": rule.source,
    }
