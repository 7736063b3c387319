"""HTTP door of delivery: the pull feed."""

import asyncio
import base64
import hmac
import re
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas import topics
from schemas.entry import Entry
from services.delivery import rules, store, translate
from services.delivery.settings import Settings
from services.runtime import audit, decide, instants, refs
from services.runtime.agreements import Contracts
from services.runtime.children import Child, Children
from services.runtime.decide import Reach
from services.runtime.envelope import Outgoing, headers_of
from services.runtime.problems import Problem, unknown
from services.runtime.service import Service
from services.runtime.step import Step
from services.runtime.tokens import Caller

_MOST: Final = 1000
_USUAL: Final = 100
_LONGEST_WAIT_SECONDS: Final = 30.0
_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(slots=True)
class Page:
    """What one pull returns."""

    events: list[dict[str, Any]] = field(default_factory=list)
    reached: dict[str, Reach] = field(default_factory=dict)
    """By child, under which agreement its events are given."""
    last: int = 0
    """Position of the last line looked at."""


class Feeds:
    """The pull feed of every subscriber."""

    def __init__(
        self,
        service: Service,
        contracts: Contracts,
        known: Children,
        settings: Settings,
    ) -> None:
        """Answer for *service* under *contracts*."""
        self._service = service
        self._contracts = contracts
        self._children = known
        self._settings = settings
        self._news = asyncio.Event()

    def tell(self) -> None:
        """Wake the pulls that wait."""
        self._news.set()
        self._news = asyncio.Event()

    def router(self) -> APIRouter:
        """Return the route."""
        routes = APIRouter()

        @routes.get("/feed")
        async def feed(request: Request) -> Response:
            """Return what comes next in the caller's feed."""
            caller = await self._service.tokens.caller(request)
            caller.needs("read")
            if not self._contracts.may_pull(caller):
                raise unknown()
            said = request.query_params
            after = self._position(caller.org, said.get("after"))
            limit = _whole(said.get("limit"), "limit", _USUAL, _MOST)
            wait = _seconds(said.get("wait"))
            body = await self._pull(caller, after, limit, wait)
            headers = {"Cache-Control": "no-store"}
            return Response(body, 200, headers, "application/json")

        return routes

    async def _pull(self, caller: Caller, after: int, limit: int, wait: float) -> bytes:
        """Return the next events as soon as there are any, or none after *wait*."""
        deadline = time.monotonic() + wait
        page = Page(last=after)
        while True:
            news = self._news
            turn = partial(self._page, caller=caller, begin=page.last, limit=limit)
            page = await self._service.doors.commit(partial(turn, after=after))
            left = deadline - time.monotonic()
            if page.events or left <= 0:
                return self._body(caller.org, page, after)
            await _first(news, min(left, self._settings.look_every_seconds))

    def _body(self, org: str, page: Page, after: int) -> bytes:
        """
        Return the answer.

        Without events the cursor stays: lines that may not be seen today leave no sign.
        """
        return orjson.dumps(
            {
                "events": page.events,
                "next": self._cursor(org, page.last if page.events else after),
                "as_of": instants.minute(instants.now()),
            }
        )

    async def _page(
        self, step: Step, caller: Caller, *, after: int, begin: int, limit: int
    ) -> Page:
        """Read from *begin* until something may be given; note it before it leaves."""
        if after:
            await store.acknowledge(step.conn, caller.org, after)
        page = Page(last=begin)
        while not page.events:
            lines = await store.page(step.conn, caller.org, page.last, limit)
            if not lines:
                return page
            page.last = lines[-1].position
            await self._fill(step, caller, page, lines)
        await self._note(step, caller, page)
        return page

    async def _fill(
        self, step: Step, caller: Caller, page: Page, lines: Sequence[store.Placed]
    ) -> None:
        """Add to *page* those of *lines* that the caller may have today."""
        homes = await store.homes(step.conn, {line.person for line in lines})
        wanted = set(homes.values())
        children = await self._children.current(step.conn, wanted)
        page.reached |= self._reaches(caller, children)
        shown = _shown(children, page.reached, {line.event_id for line in lines})
        other = [line.event_id for line in lines if line.kind != "event"]
        notices = await store.notices(step.conn, other) if other else {}
        for line in lines:
            home = homes.get(line.person, "")
            if line.kind == "event":
                found = shown.get(line.event_id)
                event = translate.event(found, home) if found else None
            else:
                event = self._notice(notices[line.event_id], home, page.reached)
            if event:
                page.events.append(event)

    def _reaches(
        self, caller: Caller, children: Mapping[str, Child]
    ) -> dict[str, Reach]:
        """Return under which agreement the caller has something of each child."""
        viewer = self._contracts.viewer(caller)
        agreements = self._contracts.rules.agreements
        found = {
            ref: decide.reach(viewer, child.namings, agreements)
            for ref, child in children.items()
        }
        return {ref: reach for ref, reach in found.items() if reach}

    def _notice(
        self, notice: rules.Notice, home: str, reached: Mapping[str, Reach]
    ) -> dict[str, Any] | None:
        """Return a clock event if it may be heard; a link or a recall in any case."""
        if notice.kind != "clock":
            under = notice.said.get("subject", home)
            return translate.notice(notice, under, [notice.person])
        reach = reached.get(home)
        heard = self._contracts.rules.clocks
        if reach is None or not rules.hears(reach, notice.clock, heard):
            return None
        return translate.notice(notice, home, [notice.person])

    async def _note(self, step: Step, caller: Caller, page: Page) -> None:
        """Write the audit row, and what is given, child by child."""
        by_child: defaultdict[str, list[str]] = defaultdict(list)
        for event in page.events:
            by_child[event["subject"]].append(event["id"])
        for child, ids in sorted(by_child.items()):
            step.publish(_attempt(step, caller, child, ids, page.reached.get(child)))
        first = next(iter(page.reached.values()), None)
        await audit.record(
            step.conn,
            audit.Disclosure(
                caller=caller,
                role=first.role if first else "",
                action="feed",
                subject=caller.org,
                agreement=first.agreement.id if first else audit.NO_AGREEMENT,
                version=first.terms.version if first else audit.NO_AGREEMENT,
                shown={"events": [event["id"] for event in page.events]},
            ),
        )

    def _cursor(self, org: str, position: int) -> str:
        """Return the cursor that stands for *position* in the feed of *org*."""
        proof = refs.keyed(self._service.settings.key, "cursor", org, str(position))
        return (
            base64.urlsafe_b64encode(f"{position}.{proof}".encode())
            .decode()
            .rstrip("=")
        )

    def _position(self, org: str, cursor: str | None) -> int:
        """Return what *cursor* stands for; raises a 400 for any that is not ours."""
        if cursor is None or cursor == "":
            return 0
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            number, _, _ = base64.urlsafe_b64decode(padded).decode().partition(".")
            position = int(number)
        except ValueError:
            position = -1
        if position < 0 or not hmac.compare_digest(
            self._cursor(org, position).encode(), cursor.encode()
        ):
            raise Problem(400, "bad-cursor", "after must be a cursor of your own feed.")
        return position


def _shown(
    children: Mapping[str, Child], reached: Mapping[str, Reach], wanted: set[str]
) -> dict[str, Entry]:
    """Return the wanted entries that may be shown, as they may be shown, by id."""
    return {
        entry.id: entry
        for ref, child in children.items()
        for entry in decide.visible(_needed(child, wanted), reached.get(ref))
        if entry.id in wanted
    }


def _needed(child: Child, wanted: set[str]) -> list[Entry]:
    """Return the entries on which the showing of the wanted ones depends."""
    if any(entry.type == "event.withdrawn.v1" for entry in child.entries):
        return child.entries
    return [entry for entry in child.entries if entry.id in wanted]


def _attempt(
    step: Step, caller: Caller, child: str, ids: list[str], reach: Reach | None
) -> Outgoing:
    """Return the record that says who is given what of a child."""
    at = instants.text(step.now)
    own = refs.made_id("delivery", caller.org, caller.token_id, child, at, *ids)
    said = {
        "id": str(own),
        "source": "urn:throughline:delivery",
        "type": "delivery.attempted.v1",
        "time": at,
        "subject": child,
        "occurred": at,
        "occurredprecision": "instant",
    }
    body = {
        "subscriber": caller.org,
        "agreement": reach.agreement.id if reach else None,
        "version": reach.terms.version if reach else None,
        "events": ids,
        "result": "given",
    }
    topic = topics.DELIVERIES_ATTEMPTED.name
    return Outgoing(topic, child.encode(), headers_of(said), orjson.dumps(body))


def _whole(said: str | None, name: str, usual: int, most: int) -> int:
    """Return a whole number from 1 to *most*, or raise a 400."""
    if said is None:
        return usual
    if not _NUMBER.fullmatch(said) or not 1 <= int(said) <= most:
        raise Problem(400, "bad-parameter", f"{name} must be from 1 to {most}.")
    return int(said)


def _seconds(said: str | None) -> float:
    """Return how long to wait, seconds; raises a 400."""
    try:
        wait = float(said or 0)
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= _LONGEST_WAIT_SECONDS:
        detail = f"wait must be from 0 to {_LONGEST_WAIT_SECONDS:.0f} seconds."
        raise Problem(400, "bad-parameter", detail)
    return wait


async def _first(news: asyncio.Event, seconds: float) -> None:
    """Return when something is new, or after *seconds*."""
    try:
        await asyncio.wait_for(news.wait(), seconds)
    except TimeoutError:
        return
