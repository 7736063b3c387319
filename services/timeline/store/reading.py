"""What a viewer asks of the timeline, with permission and audit, for every door."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from schemas.days import EARLIEST, LATEST
from schemas.entry import Entry
from schemas.naming import namings
from services.runtime import audit, children, instants, postgres, refs
from services.runtime.agreements import Contracts
from services.runtime.decide import Reach, decide, reach, visible, visible_clocks_rules
from services.runtime.postgres import Connection
from services.runtime.problems import Problem, away, unknown
from services.runtime.service import Service
from services.runtime.tokens import Caller
from services.timeline import rules
from services.timeline.store import lookups

_SCHEMES: Final = ("nhs_number", "upn")
_LONGEST_ID: Final = 100
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PRINTABLE: Final = re.compile(r"[!-~]{1,64}", re.ASCII)


class Reading:
    """What both the JSON doors and the pages ask."""

    def __init__(self, service: Service, contracts: Contracts) -> None:
        """Read from *service* under *contracts*."""
        self._service = service
        self.contracts = contracts

    async def timeline(
        self, caller: Caller, ref: str, known_on: str | None
    ) -> dict[str, Any]:
        """Return what *caller* may see of the child; raises the one 404."""
        caller.needs("read")
        moment = known_moment(known_on)
        if not _PRINTABLE.fullmatch(ref):
            raise unknown()
        try:
            async with self._service.pool.acquire() as conn, conn.transaction():
                return await self._timeline(conn, caller, ref, moment)
        except postgres.AWAY:
            raise away() from None

    async def _timeline(
        self, conn: Connection, caller: Caller, ref: str, moment: str | None
    ) -> dict[str, Any]:
        """Read, decide, and write the audit row that this commit makes durable."""
        child = await children.current_child(conn, ref)
        entries = (await children.entries_of(conn, [child])).get(child, [])
        reached = self._reach(caller, entries)
        if reached is None:
            raise unknown()
        known = entries if moment is None else rules.known_by(entries, moment)
        seen = visible(known, reached)
        clocks = visible_clocks_rules(reached, self.contracts.rules.clocks)
        shown = rules.timeline(seen, clocks, self.day(moment))
        heard = await lookups.last_heard(conn)
        await audit.record(conn, _disclosure(caller, reached, "timeline", ref, shown))
        agencies = self.contracts.rules.agencies
        return {
            "child_ref": ref,
            "as_of": instants.minute(instants.now()),
            **shown,
            "sources": rules.sources(seen, agencies, heard),
        }

    def day(self, moment: str | None) -> date:
        """Return the day by which clocks are counted: today, or the day asked for."""
        return rules.counted_on(self.contracts.today, moment)

    def _reach(self, caller: Caller, entries: list[Entry]) -> Reach | None:
        """Return under which agreement *caller* may see something of the child."""
        viewer = self.contracts.viewer(caller)
        return reach(viewer, namings(entries), self.contracts.rules.agreements)

    async def search(self, caller: Caller, asked: object) -> str:
        """
        Return the one child that a number and a date of birth lead to.

        Or that the caller's own id of a person leads to: nobody else's ids are asked.
        """
        caller.needs("read")
        key = self._service.settings.key
        own = _own_person(key, caller.org, asked)
        lookup = "" if own else _lookup(key, asked)
        try:
            async with self._service.pool.acquire() as conn, conn.transaction():
                if own:
                    return await self._own(conn, caller, own)
                return await self._search(conn, caller, lookup)
        except postgres.AWAY:
            raise away() from None

    async def _own(self, conn: Connection, caller: Caller, person: str) -> str:
        """Find the child of the caller's own person, decide and audit."""
        child = await lookups.home(conn, person)
        entries = await children.entries_of(conn, [child] if child else [])
        reached = self._reach(caller, entries.get(child or "", []))
        if child is None or reached is None:
            raise unknown()
        await audit.record(conn, _disclosure(caller, reached, "search", child, {}))
        return child

    async def _search(self, conn: Connection, caller: Caller, lookup: str) -> str:
        """Find, decide and audit."""
        stated = await lookups.found(conn, lookup)
        entries = await children.entries_of(conn, stated)
        found: dict[str, tuple[Reach, Sequence[lookups.Found]]] = {}
        for child, kinds in stated.items():
            reached = self._reach(caller, entries.get(child, []))
            if reached and (may := [k for k in kinds if _may_find(reached, k)]):
                found[child] = reached, may
        named = {c: one for c, one in found.items() if not _is_nameless(one[1])}
        if len(named or found) != 1:
            raise unknown()
        child, (reached, _) = (named or found).popitem()
        await audit.record(conn, _disclosure(caller, reached, "search", child, {}))
        return child


def _may_find(reached: Reach, kind: lookups.Found) -> bool:
    """Return whether the event that stated the number may be seen."""
    return decide(
        reached, category=kind.category, sensitivity=kind.sensitivity, source=""
    ).permitted


def _is_nameless(kinds: Sequence[lookups.Found]) -> bool:
    """
    Return whether nobody gave a name beside the number.

    Such a person founded a child, for a number alone never links; the child who has the
    number with a name is the one that is meant.
    """
    return all(kind.nameless for kind in kinds)


def known_moment(known_on: str | None) -> str | None:
    """
    Return the instant that `as_known_on` asks for, RFC 3339 UTC.

    A date is the end of that day in London; an instant is itself.
    """
    if not known_on:
        return None
    try:
        if _DAY.fullmatch(known_on):
            after = date.fromisoformat(known_on) + timedelta(days=1)
            begin = datetime.combine(after, time(), instants.LONDON)
            asked = begin - timedelta(microseconds=1)
        else:
            asked = instants.parsed(known_on)
    except (ValueError, OverflowError):
        asked = None
    if not asked or not EARLIEST <= asked.date() <= LATEST:
        years = f"from {EARLIEST.year} to {LATEST.year}"
        detail = f"as_known_on must be a date, or an instant with an offset, {years}."
        raise not_understood(detail)
    return instants.text(asked)


def _own_person(key: bytes, org: str, asked: object) -> str | None:
    """Return the person whom *org* calls by the `local_id` asked for, if it is."""
    local_id = asked.get("local_id") if isinstance(asked, dict) else None
    if local_id is None:
        return None
    if not isinstance(local_id, str) or not 0 < len(local_id) <= _LONGEST_ID:
        raise not_understood("local_id must be text of at most 100 characters.")
    return refs.person_ref(key, org, {"local_id": local_id})


def _lookup(key: bytes, asked: object) -> str:
    """Return the hash of what is looked for; raises a 422."""
    if isinstance(asked, dict):
        given = [(scheme, asked[scheme]) for scheme in _SCHEMES if asked.get(scheme)]
        born = asked.get("date_of_birth")
        if len(given) == 1 and isinstance(born, str) and isinstance(given[0][1], str):
            return refs.lookup(key, given[0][0], given[0][1], born)
    detail = "Give nhs_number or upn, and date_of_birth, or your own local_id, as text."
    raise not_understood(detail)


def not_understood(detail: str) -> Problem:
    """Return a 422 with *detail*."""
    return Problem(422, "not-understood", detail)


def _disclosure(
    caller: Caller, reached: Reach, action: str, ref: str, shown: dict[str, Any]
) -> audit.Disclosure:
    """Return what is to be written about a disclosure."""
    return audit.Disclosure(
        caller=caller,
        role=reached.role,
        action=action,
        subject=ref,
        agreement=reached.agreement.id,
        version=reached.terms.version,
        shown={
            "entries": [entry["id"] for entry in shown.get("entries", ())],
            "clocks": len(shown.get("clocks", ())),
        },
    )
