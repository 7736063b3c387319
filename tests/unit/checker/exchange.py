"""A small honest stand-in for the whole of Throughline, behind an httpx transport."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.load.children import Child

_BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Exchange:
    """Takes messages once, keeps their events, and answers as the contract says."""

    def __init__(self, children: tuple[Child, ...]) -> None:
        """Know *children* by their numbers; hold nothing yet."""
        self._by_number = {c.nhs_number: c for c in children} | {
            c.upn: c for c in children
        }
        self.messages: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.failures: list[httpx.Response | Exception] = []
        """What the next requests to a door meet instead of their answer."""
        self.loses_first_answers = False
        """Whether the answer to each message's first attempt never arrives."""
        self.requests: list[httpx.Request] = []
        self._records: dict[tuple[str, str, int], dict[str, Any]] = {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Return what the service at that port would answer."""
        path = request.url.path
        if path == "/token":
            org = json.loads(request.content)["org"]
            return httpx.Response(200, json={"access_token": org})
        if path in {"/events", "/$process-message"}:
            return self._door(request)
        if path.startswith("/messages/"):
            return _or_404(self.messages.get(path.rpartition("/")[2]))
        if path == "/children/search":
            return self._search(json.loads(request.content))
        if path == "/feed":
            return self._feed(dict(request.url.params))
        return self._timeline(path.split("/")[2])

    def _door(self, request: httpx.Request) -> httpx.Response:
        """Take a message, then perhaps lose the answer."""
        self.requests.append(request)
        known = len(self.messages)
        answer = self._take(request)
        if self.loses_first_answers and len(self.messages) > known:
            raise httpx.ReadError("lost")
        if not self.failures:
            return answer
        failure = self.failures.pop(0)
        if isinstance(failure, Exception):
            raise failure
        return failure

    def _take(self, request: httpx.Request) -> httpx.Response:
        """Take a message, or answer as before to one that was taken."""
        ref = f"m-{request.headers['X-Request-ID']}"
        again = ref in self.messages
        health = request.url.path != "/events"
        if not again:
            self._keep(ref, request, health=health)
        if health:
            if again:
                return httpx.Response(409, json={"issue": [{"code": "duplicate"}]})
            location = {"Location": f"/messages/{ref}"}
            return httpx.Response(200, json={}, headers=location)
        kept = self.messages[ref]
        words = {word: kept[word] for word in ("message_ref", "received_at", "items")}
        replayed = {"Idempotent-Replayed": "true"} if again else {}
        return httpx.Response(202, json=words, headers=replayed)

    def _keep(self, ref: str, request: httpx.Request, *, health: bool) -> None:
        """Store a message and make its events."""
        sender = request.headers["Authorization"].removeprefix("Bearer ")
        body = json.loads(request.content)
        said = [_referral(body)] if health else body
        items = [
            {"sourcerecord": item.get("id"), "sourceversion": 1} | item
            for item in (said if isinstance(said, list) else [said])
        ]
        at = _at(len(self.messages))
        made = [self._event(ref, at, sender, item) for item in items]
        self.messages[ref] = {
            "message_ref": ref,
            "received_at": at,
            "state": "translated",
            "items": [{"place": p, "status": "accepted"} for p in range(len(items))],
            "events": [
                {"id": e["id"], "place": p, "state": "linked"}
                for p, e in enumerate(made)
            ],
        }

    def _event(
        self, ref: str, at: str, sender: str, item: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the one event of a record's version, made now or before."""
        key = sender, item["sourcerecord"], item["sourceversion"]
        if key not in self._records:
            person = item["data"]["person"]
            number = person.get("nhs_number") or person["upn"]
            child = self._by_number[number].number
            self._supersede(sender, item)
            self._records[key] = event = {
                "id": f"e{len(self.events):04d}",
                "type": item["type"],
                "source": sender,
                "occurred": item["occurred"],
                "time": at,
                "knownat": at,
                "causationid": ref,
                "personref": f"p-{sender}-{child}",
                "subject": f"c-{child}",
                "state": "current",
                "supersededby": None,
                "late": item["occurred"][:10] < "2026-11-20",
                "data": {},
            }
            self.events.append(event)
        return self._records[key]

    def _supersede(self, sender: str, item: dict[str, Any]) -> None:
        """Mark the version before."""
        before = sender, item["sourcerecord"], item["sourceversion"] - 1
        if before in self._records:
            self._records[before]["supersededby"] = "the next"
            self._records[before]["state"] = "superseded"

    def _search(self, asked: dict[str, str]) -> httpx.Response:
        """Return the child of a number, once anything was heard of them."""
        child = self._by_number[asked.get("nhs_number") or asked["upn"]]
        ref = f"c-{child.number}"
        heard = any(event["subject"] == ref for event in self.events)
        return _or_404({"child_ref": ref} if heard else None)

    def _timeline(self, ref: str) -> httpx.Response:
        """Return a child's timeline."""
        entries = [event for event in self.events if event["subject"] == ref]
        entries.sort(key=lambda e: (_moment(e["occurred"]), e["time"], e["id"]))
        return httpx.Response(200, json={"child_ref": ref, "entries": entries})

    def _feed(self, asked: dict[str, str]) -> httpx.Response:
        """Return one page of the feed, short ones so that there are several."""
        begin = int(asked.get("after", "0"))
        page = self.events[begin : begin + 50]
        return httpx.Response(
            200, json={"events": page, "next": str(begin + len(page))}
        )


def _or_404(body: dict[str, Any] | None) -> httpx.Response:
    """Return a body, or that there is none."""
    return httpx.Response(404) if body is None else httpx.Response(200, json=body)


def _at(number: int) -> str:
    """Return when the message of that number was received."""
    return (_BEGAN + timedelta(milliseconds=number)).isoformat()


def _moment(occurred: str) -> datetime:
    """Return a day's beginning, or the instant; London keeps UTC in November."""
    read = datetime.fromisoformat(occurred)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _referral(bundle: dict[str, Any]) -> dict[str, Any]:
    """Return a BaRS-shaped message as the statement that it makes."""
    resources = {
        entry["resource"]["resourceType"]: entry["resource"]
        for entry in bundle["entry"]
    }
    number = resources["Patient"]["identifier"][0]["value"]
    return {
        "type": "referral.received.v1",
        "occurred": resources["ServiceRequest"]["authoredOn"],
        "sourcerecord": bundle["id"],
        "sourceversion": 1,
        "data": {"person": {"nhs_number": number}},
    }
