"""
Of which children we may hear, decided at the door before anything is stored.

What is outside is counted by source; of the message itself nothing is kept: no bytes,
no id, no hash. What cannot be read cannot be judged, and under a rule that leaves anyone
out it is not kept either.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request

from schemas.errors import Stopped
from schemas.statement import Statement
from services.runtime import instants, log, metrics, offices, refs
from services.runtime.agreements import Contracts
from services.runtime.intake import scope_rules
from services.runtime.intake.messages import Item, Message
from services.runtime.intake.scope_rules import Held, beside, held_for, is_inside
from services.runtime.postgres import AWAY
from services.runtime.problems import Problem, away
from services.runtime.service import Service
from services.runtime.step import Step

OUTSIDE: Final = "outside"
UNREADABLE: Final = "unreadable"
_NOT_LIVE: Final = ("5", "9")
"""First digits of NHS numbers that no living person has: tests and examples use them."""
_KNOWN: Final = (
    "SELECT person_ref FROM cohort_persons WHERE person_ref = ANY($1::text[])"
)
_NOTE: Final = """
INSERT INTO cohort_persons SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING
"""
_COUNT: Final = """
INSERT INTO out_of_scope AS o (source, day, why, count) VALUES ($1, $2, $3, $4)
ON CONFLICT (source, day, why) DO UPDATE SET count = o.count + excluded.count
"""


class Scope:
    """The scope rules of one gateway."""

    def __init__(self, service: Service) -> None:
        """Read them now; a file that cannot be understood stops the start."""
        self._service = service
        self._shared = service.settings
        self._stamp = scope_rules.stamped(self._shared)
        self._rules = scope_rules.read(self._shared)

    async def refresh(self) -> None:
        """Read the files again if one has changed; keep the last good ones otherwise."""
        stamp = scope_rules.stamped(self._shared)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._rules = scope_rules.read(self._shared)
        except Stopped as bad:
            log.get().error("scope_not_read", what_to_do=str(bad))

    def held(self, publisher: str) -> Held:
        """Return what holds for *publisher* today; raises a 403 where nothing does."""
        day = instants.london_day(instants.now())
        development = self._shared.development
        held = held_for(self._rules, publisher, day, development=development)
        if held is None:
            detail = "No rule says of which children your organisation may tell us."
            raise Problem(403, "not-permitted", detail)
        return held

    async def outside(
        self, publisher: str, statements: Sequence[Statement]
    ) -> frozenset[int]:
        """
        Return the indices of *statements* that are about children left out.

        A child that its sender calls by a number of its own is inside once it was told
        of by one that a cohort lists; who a child is, beside anything of the same child
        that is inside. Raises a 403 where no rule holds.
        """
        held = self.held(publisher)
        key = self._shared.key
        doubtful = {
            index: refs.person_ref(key, publisher, one.person)
            for index, one in enumerate(statements)
            if not is_inside(held, one, key)
        }
        known = await self._known(set(doubtful.values())) if doubtful else set()
        left = frozenset(i for i, p in doubtful.items() if p not in known)
        return left - beside(statements, left, publisher, key) if left else left

    async def _known(self, persons: Collection[str]) -> set[str]:
        """Return which of *persons* were told of as listed."""
        try:
            rows = await self._service.pool.fetch(_KNOWN, list(persons))
        except AWAY:
            raise away() from None
        return {row["person_ref"] for row in rows}

    async def note(
        self, step: Step, publisher: str, statements: Iterable[Statement]
    ) -> None:
        """Remember, in the step that keeps them, whom *statements* are about."""
        if not self.held(publisher).listed:
            return
        key = self._shared.key
        persons = {
            refs.person_ref(key, publisher, known)
            for one in statements
            if one.person
            for known in (one.person, *_also(one))
        }
        await step.conn.execute(_NOTE, sorted(persons))

    async def narrowed(
        self, message: Message, items: Sequence[Item]
    ) -> tuple[Message, list[Item]]:
        """
        Return a message and its items with those marked that are left out.

        What is kept of the message holds nothing of them: in their places stands null.
        """
        held = self.held(message.sender)
        said = [(i, item.statement) for i, item in enumerate(items) if item.statement]
        left = await self.outside(message.sender, [one for _, one in said])
        outside = {said[index][0] for index in left}
        unread = {i for i, item in enumerate(items) if item.refused and held.narrow}
        if not outside | unread:
            return message, list(items)
        cut = tuple(sorted(outside | unread))
        values = (b"null" if i in cut else item.value for i, item in enumerate(items))
        kept = b"[" + b",".join(values) + b"]"
        marked = [
            replace(item, outside=i in cut, value=b"" if i in cut else item.value)
            for i, item in enumerate(items)
        ]
        return replace(message, cut=cut, kept=kept), marked

    async def noted(self, step: Step, message: Message, items: Sequence[Item]) -> None:
        """Count, in the step that keeps a message, what of it is not; remember whom."""
        inside = [i.statement for i in items if i.statement and not i.outside]
        await self.note(step, message.sender, inside)
        unread = sum(1 for item in items if item.outside and item.refused)
        outside = sum(1 for item in items if item.outside) - unread
        await self.count(step, message.sender, OUTSIDE, outside)
        await self.count(step, message.sender, UNREADABLE, unread)

    async def count(self, step: Step, publisher: str, why: str, number: int) -> None:
        """Count *number* messages or items of which nothing is kept."""
        if not number:
            return
        day = instants.london_day(step.now)
        await step.conn.execute(_COUNT, publisher, day, why, number)

    async def count_one(self, publisher: str, why: str) -> None:
        """Count one message, in a step of its own."""
        await self._service.doors.commit(
            lambda step: self.count(step, publisher, why, 1)
        )
        metrics.OUT_OF_SCOPE.labels(publisher, why).inc()

    def may_be_live(self, person: Mapping[str, Any]) -> bool:
        """Return whether the NHS number of *person*, if any, can be a real one."""
        number = str(person.get("nhs_number") or "")
        return self._shared.development or not number.startswith(_NOT_LIVE)

    def router(self, contracts: Contracts) -> APIRouter:
        """Return the route that tells operators what was counted."""
        routes = APIRouter()

        @routes.get("/out-of-scope")
        async def out_of_scope(request: Request) -> dict[str, Any]:
            """Return how much of each source was outside its scope, by day."""
            caller = await self._service.tokens.caller(request)
            offices.operator(caller, contracts)
            rows = await self._service.pool.fetch(
                "SELECT source, day::text AS day, why, count FROM out_of_scope"
                " ORDER BY source, day, why"
            )
            total = Counter[str]()
            for row in rows:
                total[row["source"]] += row["count"]
            return {"days": [dict(row) for row in rows], "total": dict(total)}

        return routes


def _also(one: Statement) -> list[dict[str, str]]:
    """Return a statement's person as its sender's other messages may name it."""
    return [{"local_id": other} for other in one.person.get("other_ids") or ()]
