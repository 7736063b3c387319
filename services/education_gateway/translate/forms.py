"""An answer that a person gave in a form becomes events of their organisation. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says about one request for advice."""

    kind: str
    """`received`, `not_known`, `returned`, `missed` or `told`."""
    on: date
    """When it happened."""
    channel: str | None
    """How advice was sent, or a parent told."""


def events_of(
    answer: Answer, ask: Mapping[str, Any], *, org: str, form: str, today: date
) -> list[Json]:
    """
    Return the events that *answer* to *ask* states, as `POST /events` takes them.

    *form* is the id of the form that was sent: each event has a record of its own
    under it, so the same form sent twice has one effect.
    """
    said = _STATED[answer.kind](answer, ask, org, today)
    return [
        {
            "specversion": "1.0",
            "id": f"form-{form}-{place}",
            "source": org,
            "type": kind,
            "occurred": answer.on.isoformat(),
            "correlationid": ask["correlationid"],
            "data": {"person": {"child_ref": ask["child_ref"]}, **data},
        }
        for place, (kind, data) in enumerate(said)
    ]


_Said = Sequence[tuple[str, Json]]


def _of(ask: Mapping[str, Any], org: str) -> Json:
    """Return whom the request asked, and for what."""
    advice = {"advice": ask["advice"]} if ask["advice"] else {}
    return {"body": org, **advice}


def _received(answer: Answer, ask: Mapping[str, Any], org: str, _: date) -> _Said:
    """Return that the request arrived."""
    data = _of(ask, org) | {"received_on": answer.on.isoformat()}
    return [("ehcna.advice_request_received.v1", data)]


def _not_known(answer: Answer, ask: Mapping[str, Any], org: str, _: date) -> _Said:
    """Return that the child is not known to the body."""
    data = _of(ask, org) | {"received_on": answer.on.isoformat()}
    return [("ehcna.not_known.v1", data)]


def _returned(answer: Answer, ask: Mapping[str, Any], org: str, _: date) -> _Said:
    """Return that the advice was sent, and how."""
    data = _of(ask, org) | {"channel": answer.channel}
    return [("ehcna.advice_received.v1", data)]


def _missed(answer: Answer, ask: Mapping[str, Any], org: str, today: date) -> _Said:
    """Return that the child was not brought, and that this is why advice is late."""
    on = answer.on.isoformat()
    claim = _of(ask, org) | {
        "limb": "c",
        "claimed_on": today.isoformat(),
        "appointment_on": on,
    }
    return [
        ("appointment.was_not_brought.v1", {"appointment_on": on}),
        ("ehcna.advice_exception.v1", claim),
    ]


def _told(answer: Answer, ask: Mapping[str, Any], _: str, __: date) -> _Said:
    """Return that the parent was told of the request."""
    on = answer.on.isoformat()
    data = {"about": ask["type"], "channel": answer.channel, "informed_on": on}
    return [("parent.informed.v1", data)]


_STATED: Final[
    Mapping[str, Callable[[Answer, Mapping[str, Any], str, date], _Said]]
] = {
    "received": _received,
    "not_known": _not_known,
    "returned": _returned,
    "missed": _missed,
    "told": _told,
}
