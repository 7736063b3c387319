"""Agencies that speak to the shared stack: tokens, events, waiting for what follows."""

import asyncio
import itertools
import json
from typing import Any, Final, Self
from uuid import uuid4

import asyncpg
import httpx

from deploy.local.stack import Stack
from schemas.identifiers import nhs_number_agrees, upn_agrees
from tests.support.local_stack import fetch, until

COUNCIL: Final = "urn:dfe:la:931"
TRUST: Final = "urn:ods:RNU"
HOSPITAL: Final = "urn:ods:RTH"
ICB: Final = "urn:ods:QU9"
SCHOOL: Final = "urn:dfe:urn:123456"
OTHER_SCHOOL: Final = "urn:dfe:urn:990001"
REQUESTED: Final = "ehcna.requested.v1"
_ROLES: Final = {COUNCIL: ("send_officer",), TRUST: ("clinician",), SCHOOL: ("senco",)}
_SECONDS: Final = 60
_BIRTHS: Final = itertools.count()
_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_CLOUD_EVENT: Final = "application/cloudevents+json"


def nhs_number(nth: int) -> str:
    """Return the *nth* NHS number of the range that is never issued."""
    found = (
        f"999{body:06d}{check}"
        for body in itertools.count(nth * 10)
        for check in range(10)
        if nhs_number_agrees(f"999{body:06d}{check}")
    )
    return next(found)


def upn(nth: int) -> str:
    """Return the *nth* UPN of an invented school, its check letter right."""
    tail = f"931{nth:09d}"
    return next(a + tail for a in _LETTERS if upn_agrees(a + tail))


def somebody(**changes: Any) -> dict[str, Any]:
    """Return a person whom no other test knows; a change to None leaves one out."""
    nth = next(_BIRTHS)
    said = {
        "local_id": f"P-{nth}",
        "nhs_number": nhs_number(nth),
        "upn": upn(nth),
        "date_of_birth": "2018-05-04",
        "family_name": "Vale",
        "given_name": "Ann",
    } | changes
    return {name: value for name, value in said.items() if value is not None}


def event(person: dict[str, Any], type_name: str, **changes: Any) -> dict[str, Any]:
    """Return an event about *person*, its record its own; `data` adds to its data."""
    data = {"person": person} | changes.pop("data", {})
    said = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": COUNCIL,
        "type": type_name,
        "occurred": "2026-03-02",
        "data": data,
    }
    return said | changes


def requested(person: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a request for an assessment, of somebody unless of *person*."""
    return event(person or somebody(), REQUESTED, **changes)


def referral(person: dict[str, Any], **data: Any) -> dict[str, Any]:
    """Return a referral of *person* that the trust has."""
    return event(person, "referral.received.v1", source=TRUST, data=data)


def without(person: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return *person* without some members."""
    return {name: said for name, said in person.items() if name not in names}


class Agencies:
    """Speaks to one running stack in the name of any organisation."""

    def __init__(self, stack: Stack) -> None:
        """Speak to *stack*."""
        self.stack = stack
        self.http = httpx.Client(timeout=_SECONDS, trust_env=False)
        self._tokens: dict[tuple[Any, ...], str] = {}

    def __enter__(self) -> Self:
        """Let `with` hang up at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self.http.close()

    def token(
        self, org: str, *roles: str, scope: str = "publish read", ttl: int = 3600
    ) -> str:
        """Return a token of *org* in *roles*."""
        asked = {"org": org, "roles": list(roles), "scope": scope, "ttl": ttl}
        key = (org, roles, scope, ttl)
        if key not in self._tokens:
            url = f"{self.stack.address('issuer')}/token"
            answer = self.http.post(url, json=asked)
            self._tokens[key] = answer.json()["access_token"]
        return self._tokens[key]

    def as_(self, org: str, *roles: str, scope: str = "publish read") -> dict[str, str]:
        """Return the header by which *org* says who it is."""
        said = roles or _ROLES.get(org, ())
        return {"Authorization": f"Bearer {self.token(org, *said, scope=scope)}"}

    def url(self, service: str, path: str) -> str:
        """Return where *path* of a service is."""
        return self.stack.address(service) + path

    def post(
        self,
        body: Any,
        org: str = COUNCIL,
        *,
        query: str = "",
        request_id: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Post *body*, bytes or JSON, to the education gateway; return its answer."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = {
            "Content-Type": _CLOUD_EVENT,
            "X-Request-ID": request_id or str(uuid4()),
        }
        said |= self.as_(org) | (headers or {})
        url = self.url("education_gateway", f"/events{query}")
        return self.http.post(url, content=raw, headers=said)

    def receipt(self, ref: str, org: str = COUNCIL) -> httpx.Response:
        """Return what the education gateway says of a message."""
        url = self.url("education_gateway", f"/messages/{ref}")
        return self.http.get(url, headers=self.as_(org))

    def is_settled(self, ref: str, org: str = COUNCIL) -> bool:
        """Return whether nothing of a message is on its way."""
        said = self.receipt(ref, org).json()
        states = {one["state"] for one in said["events"]}
        return said["state"] != "waiting" and "translated" not in states

    def settled(self, ref: str, org: str = COUNCIL) -> dict[str, Any]:
        """Return the receipt of a message once nothing of it is on its way."""
        until(lambda: self.is_settled(ref, org))
        return dict(self.receipt(ref, org).json())

    def publish(self, *events: dict[str, Any]) -> dict[str, Any]:
        """Publish events of one sender and return their receipt, once all are linked."""
        taken = self.post(list(events), events[0]["source"])
        assert taken.status_code == 202, taken.text
        return self.settled(taken.json()["message_ref"], events[0]["source"])

    def find(self, person: dict[str, Any], org: str = COUNCIL) -> httpx.Response:
        """Return the timeline's answer to a search for *person*."""
        scheme = "upn" if "upn" in person else "nhs_number"
        asked = {name: person[name] for name in (scheme, "date_of_birth")}
        url = self.url("timeline", "/children/search")
        return self.http.post(url, json=asked, headers=self.as_(org))

    def child_of(self, person: dict[str, Any], org: str = COUNCIL) -> str:
        """Return the child whom a search for *person* leads to, once there is one."""
        until(lambda: self.find(person, org).status_code == 200)
        return str(self.find(person, org).json()["child_ref"])

    def timeline(self, child: str, org: str = COUNCIL) -> httpx.Response:
        """Return the timeline of *child* as *org* may see it."""
        url = self.url("timeline", f"/children/{child}/timeline")
        return self.http.get(url, headers=self.as_(org))

    def entries(self, child: str, org: str = COUNCIL) -> list[dict[str, Any]]:
        """Return the entries of *child* that *org* may see; none if it may see none."""
        answer = self.timeline(child, org)
        return list(answer.json()["entries"]) if answer.status_code == 200 else []

    def shown(
        self, person: dict[str, Any], count: int, org: str = COUNCIL
    ) -> list[dict[str, Any]]:
        """Return the entries of *person*'s child, once there are *count* or more."""
        child = self.child_of(person, org)
        until(lambda: len(self.entries(child, org)) >= count)
        return self.entries(child, org)

    def feed(self, org: str, *roles: str, **query: Any) -> httpx.Response:
        """Return one page of the feed of *org*."""
        said = {name: str(value) for name, value in query.items() if value is not None}
        url = self.url("delivery", "/feed")
        return self.http.get(url, params=said, headers=self.as_(org, *roles))

    def feed_all(self, org: str, after: str | None = None) -> list[dict[str, Any]]:
        """Return everything in the feed of *org* behind *after*."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.feed(org, after=after, limit=1000).json()
            if not page["events"]:
                return found
            found += page["events"]
            after = page["next"]

    def end_of_feed(self, org: str) -> str:
        """Return the cursor at the end of the feed of *org*."""
        after = None
        while True:
            page = self.feed(org, after=after, limit=1000).json()
            after = page["next"]
            if not page["events"]:
                return str(after)


def sql(agencies: Agencies, statement: str) -> list[asyncpg.Record]:
    """Return the rows of *statement* in the database of the stack they speak to."""
    return asyncio.run(fetch(agencies.stack.dsn, statement))
