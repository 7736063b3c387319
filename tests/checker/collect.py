"""Reads everything that the comparison needs, over HTTP alone."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import httpx

from tests.checker.evidence import Answer, Collected, Journal, Known
from tests.checker.expect import is_ours, message_refs

_AT_ONCE: Final = 8
_PAGE: Final = 1000
_SEARCHED_BY: Final = ("nhs_number", "upn")
_TRIES: Final = 60
_SETTLED: Final = frozenset({"linked", "superseded", "withdrawn", "refused", "erased"})

Item = TypeVar("Item")
Sleep = Callable[[float], Awaitable[None]]


class Addresses(NamedTuple):
    """Where each service answers, without a trailing slash."""

    issuer: str
    health: str
    education: str
    timeline: str
    delivery: str

    @classmethod
    def of(cls, host: str, port_base: int) -> "Addresses":
        """Return the addresses of a stack on one host."""
        return cls(*(f"{host}:{port_base + offset}" for offset in (0, 1, 2, 5, 6)))


class Web:
    """Asks with an organisation's token, and again while a service is away."""

    def __init__(
        self, client: httpx.AsyncClient, issuer: str, sleep: Sleep = asyncio.sleep
    ) -> None:
        """Ask through *client*, with tokens of the issuer at *issuer*."""
        self._client = client
        self._issuer = issuer
        self._sleep = sleep
        self._tokens: dict[str, str] = {}

    async def ask(
        self, org: str, method: str, address: str, **rest: Any
    ) -> Answer | None:
        """Return the JSON answer to *org*, or None where there is no such thing."""
        for _ in range(_TRIES):
            answer = await self._once(org, method, address, rest)
            if answer is None or answer.is_server_error:
                await self._sleep(1.0)
            elif answer.status_code == httpx.codes.UNAUTHORIZED:
                self._tokens.pop(org, None)
            elif answer.status_code == httpx.codes.NOT_FOUND:
                return None
            else:
                body: Answer = answer.raise_for_status().json()
                return body
        raise TimeoutError(f"{method} {httpx.URL(address).path}: no answer")

    async def _once(
        self, org: str, method: str, address: str, rest: Mapping[str, Any]
    ) -> httpx.Response | None:
        """Return one answer, or None where nobody answered."""
        try:
            token = await self._token(org)
            headers = {"Authorization": f"Bearer {token}"}
            return await self._client.request(method, address, headers=headers, **rest)
        except httpx.TransportError:
            return None

    async def _token(self, org: str) -> str:
        """Return a token of *org* in the role in which it would ask."""
        if org not in self._tokens:
            asked = {"org": org, "roles": [_role(org)], "scope": "publish read"}
            answer = await self._client.post(f"{self._issuer}/token", json=asked)
            self._tokens[org] = answer.raise_for_status().json()["access_token"]
        return self._tokens[org]


def _role(org: str) -> str:
    """Return the role in which an organisation of this kind asks."""
    roles = {"urn:ods": "clinician", "urn:dfe:la": "send_officer"}
    return roles.get(org.rpartition(":")[0], "senco")


class Collector:
    """Collects again and again; what cannot change any more is asked once."""

    def __init__(
        self, web: Web, addresses: Addresses, journal: Journal, reader: str
    ) -> None:
        """Read timelines and feed as the organisation *reader*."""
        self._web = web
        self._addresses = addresses
        self._journal = journal
        self._reader = reader
        self._messages: dict[str, Answer | None] = {}
        self._found: dict[int, frozenset[str]] = {}
        self._sure: set[int] = set()
        self._feed: list[Answer] = []
        self._cursor: str | None = None

    async def collect(self) -> Collected:
        """Return all that can be read now."""
        await self._read_messages()
        await self._read_feed()
        await _each(self._search, self._journal.children)
        return Collected(
            journal=self._journal,
            messages=dict(self._messages),
            found=dict(self._found),
            timelines=await self._timelines(),
            feed=tuple(self._feed),
        )

    async def _read_messages(self) -> None:
        """Ask the doors for every message that was not yet in a final state."""
        asked = {}
        for taken in self._journal.acknowledged:
            ref = taken.message_ref
            if ref and not _is_final(self._messages.get(ref)):
                asked[ref] = (ref, taken.sender, taken.door)
        await _each(self._read_message, asked.values())

    async def _read_message(self, asked: tuple[str, str, str]) -> None:
        """Ask the door that took a message for it, as its sender."""
        ref, sender, door = asked
        base = getattr(self._addresses, door)
        self._messages[ref] = await self._web.ask(
            sender, "GET", f"{base}/messages/{ref}"
        )

    async def _read_feed(self) -> None:
        """Read on in the feed to its end."""
        while True:
            params = {"limit": _PAGE} | (
                {"after": self._cursor} if self._cursor else {}
            )
            address = f"{self._addresses.delivery}/feed"
            page = await self._web.ask(self._reader, "GET", address, params=params)
            if page is None or not page["events"]:
                return
            self._feed.extend(page["events"])
            self._cursor = page["next"]

    async def _search(self, child: Known) -> None:
        """Ask which child has the NHS number, and which the UPN."""
        if child.number in self._sure:
            return
        address = f"{self._addresses.timeline}/children/search"
        answers = []
        for name in _SEARCHED_BY:
            asked = {name: getattr(child, name), "date_of_birth": child.date_of_birth}
            answers.append(
                await self._web.ask(self._reader, "POST", address, json=asked)
            )
        refs = frozenset(answer["child_ref"] for answer in answers if answer)
        self._found[child.number] = refs
        if all(answers):
            self._sure.add(child.number)

    async def _timelines(self) -> dict[str, Sequence[Answer] | None]:
        """Return the entries of every child that was found or that the feed names."""
        refs = frozenset().union(*self._found.values()) | self._named()
        timelines: dict[str, Sequence[Answer] | None] = {}

        async def read(ref: str) -> None:
            """Read one."""
            address = f"{self._addresses.timeline}/children/{ref}/timeline"
            answer = await self._web.ask(self._reader, "GET", address)
            timelines[ref] = answer["entries"] if answer else None

        await _each(read, sorted(refs))
        return timelines

    def _named(self) -> frozenset[str]:
        """Return the children that the feed's events of this load name."""
        ours = set(message_refs(self._journal).values())
        return frozenset(
            event["subject"]
            for event in self._feed
            if not is_ours(event) and event["causationid"] in ours
        )


def _is_final(answer: Answer | None) -> bool:
    """Return whether a message's answer will tell nothing new that matters."""
    if answer is None or answer["state"] == "waiting":
        return False
    return all(event["state"] in _SETTLED for event in answer["events"])


async def _each(ask: Callable[[Item], Awaitable[None]], items: Iterable[Item]) -> None:
    """Call *ask* for each item, a few at once."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Item) -> None:
        """Call it when there is room."""
        async with free:
            await ask(item)

    async with asyncio.TaskGroup() as group:
        for item in items:
            group.create_task(one(item))
