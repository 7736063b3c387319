"""What agencies send, complete to the byte, in the order in which they send it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any, Final
from uuid import uuid5

from deploy.local.scenarios.message import (
    EVENT_ARRAY,
    FHIR,
    NAMESPACE,
    Door,
    Message,
    canonical,
    cloud_event,
)
from deploy.local.scenarios.referral import Referral, referral_bundle
from deploy.local.simulator.life import RNU, RTH
from deploy.local.simulator.said import Said

_ARRAY: Final = 200
"""Events in one request, at most."""
_TWICE: Final = 25
"""One request in so many is sent twice, the same to the byte."""
_ARRAY_LANES: Final = {RTH: 4, RNU: 4}
_COUNCIL_LANES: Final = 4
_BUNDLE_LANES: Final = 24
"""Bundles go one by one, so many go at the same time."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and which of its items a door must refuse."""

    message: Message
    lane: str
    """Requests of one lane are sent one after another: a person has one lane."""
    refused: frozenset[int]
    items: int


@dataclass(frozen=True, slots=True)
class _Sending:
    """A statement on its way out."""

    at: datetime
    lane: str
    said: Said

    @property
    def together(self) -> tuple[datetime, str, bool]:
        """What the statements of one request have in common."""
        return self.at, self.lane, self.said.referral is not None


def requests(said: Iterable[Said], until: datetime) -> Iterator[Request]:
    """Yield the requests that tell of *said*, until the last moment heard of."""
    sendings = [one for each in said for one in _sendings(each) if one.at <= until]
    sendings.sort(key=lambda one: one.together)
    for _, group in groupby(sendings, key=lambda one: one.together):
        together = [*group]
        if together[0].said.referral:
            yield from map(_bundle, together)
        else:
            for start in range(0, len(together), _ARRAY):
                yield _array(together[start : start + _ARRAY])


def _sendings(said: Said) -> Iterator[_Sending]:
    """Yield each time that a statement is sent."""
    for at in (said.received, *said.again):
        yield _Sending(at, _lane(said), said)


def _lane(said: Said) -> str:
    """Return in which order of its sender, at its door, a statement goes out."""
    number = int(said.who.local_id.rpartition("-")[2])
    if said.referral:
        return f"{said.sender}/referrals/{number % _BUNDLE_LANES}"
    council = said.sender.startswith("urn:dfe:la:")
    lanes = _COUNCIL_LANES if council else _ARRAY_LANES.get(said.sender, 1)
    return f"{said.sender}/{number % lanes}"


def _bundle(one: _Sending) -> Request:
    """Return the request that carries one referral message."""
    said = one.said
    person = said.who.person()
    if said.broken:
        person["nhs_number"] = person["nhs_number"][:9]
    assert said.referral is not None  # noqa: S101 - chosen by it
    body = canonical(_referral(said.referral, said.sender, person))
    return _request([one], "health", FHIR, body)


def _referral(
    referral: Referral, sender: str, person: dict[str, Any]
) -> dict[str, Any]:
    """Return the Bundle with which *sender* tells of *referral*."""
    return referral_bundle(referral, sender=sender, person=person)


def _array(together: list[_Sending]) -> Request:
    """Return the request that carries several events."""
    body = canonical([_event(one.said) for one in together])
    return _request(together, "education", EVENT_ARRAY, body)


def _event(said: Said) -> dict[str, Any]:
    """Return a statement as a CloudEvent, with its fault where it has one."""
    event = cloud_event(
        record=said.record,
        source=said.sender,
        type_name=said.type,
        occurred=said.occurred,
        correlation_id=said.talk,
        person=said.who.person(),
        data=said.data,
    )
    event |= {"id": f"{said.record}/{said.version}", "sourceversion": said.version}
    return _broken(event, said.broken) if said.broken else event


def _broken(event: dict[str, Any], fault: str) -> dict[str, Any]:
    """Return *event* as a system writes it that has this fault."""
    match fault:
        case "unknown-type":
            return event | {"type": event["type"].replace(".v1", ".v0")}
        case "no-such-day":
            return event | {"occurred": "2025-02-30"}
        case "no-such-birthday":
            wrong = {"date_of_birth": "31/02/2019"}
        case _:
            wrong = {"nhs_number": "99912", "upn": "I93112342400"}
    person = event["data"]["person"] | wrong
    return event | {"data": event["data"] | {"person": person}}


def _request(
    together: list[_Sending],
    door: Door,
    kind: str,
    body: bytes,
) -> Request:
    """
    Return the request that carries *body*.

    Its id comes from its bytes and its moment, so that the same county made again
    sends the same.
    """
    first = together[0]
    at = first.at.astimezone(UTC)
    own = f"county/{first.lane}/{at.isoformat()}/{sha256(body).hexdigest()}"
    request_id = uuid5(NAMESPACE, own)
    message = Message(
        name=f"{first.said.sender}, {at:%Y-%m-%d}",
        sender=first.said.sender,
        door=door,
        received_at=at,
        request_id=request_id,
        correlation_id=first.said.talk,
        content_type=kind,
        body=body,
        times=2 if request_id.int % _TWICE == 0 else 1,
    )
    refused = frozenset(p for p, one in enumerate(together) if one.said.broken)
    return Request(message, first.lane, refused, len(together))
