"""Two hundred further children's events, in the arrays that carry them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import groupby
from random import Random
from typing import Any, Final
from uuid import UUID, uuid5

from deploy.local.scenarios import TODAY
from deploy.local.scenarios.message import (
    EVENT_ARRAY,
    FHIR,
    NAMESPACE,
    Door,
    Message,
    canonical,
    cloud_event,
    conversation_id,
)
from deploy.local.scenarios.paths import COUNCIL, RNU, RTH, Step, steps_of
from deploy.local.scenarios.people import Child, child_of
from deploy.local.scenarios.referral import Referral, referral_bundle

SEED: Final = 931
CHILDREN: Final = 200

_ARRAY: Final = 100
"""Events in one request, at most."""

_PREFIX: Final = {COUNCIL: "EHC", RTH: "OUH", RNU: "OXH"}
_REFERRAL: Final = {"referral.received.v1": "new", "referral.cancelled.v1": "update"}
_LATE: Final = 0.08
_TWICE: Final = 0.04
_EVENING: Final = time(17, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Report:
    """One event on its way out: who sends it, when, and what it holds."""

    received: datetime
    sender: str
    content: dict[str, Any]
    correlation_id: UUID
    bundle: bool = False


def cohort(
    *, seed: int = SEED, children: int = CHILDREN, today: date = TODAY
) -> list[Message]:
    """Return the requests that tell of *children* children, in order of sending."""
    reports = [
        report
        for number in range(1, children + 1)
        for report in _reports(child_of(seed, number), seed)
        if report.received.date() < today
    ]
    reports.sort(key=_sending)
    return [*_messages(reports)]


def _reports(child: Child, seed: int) -> Iterator[_Report]:
    """Yield what is sent of *child*: each event once, some late, some twice."""
    random = Random(f"steps/{seed}/{child.number}")  # noqa: S311 - variation
    for place, step in enumerate(steps_of(child, random), 1):
        late = random.randint(3, 20) if random.random() < _LATE else 0
        received = datetime.combine(step.occurred + timedelta(late), _EVENING)
        report = _report(child, step, place, received)
        yield report
        if random.random() < _TWICE and not report.bundle:
            yield replace(report, received=received + timedelta(weeks=1))


def _report(child: Child, step: Step, place: int, received: datetime) -> _Report:
    """Return *step* as its sender writes it."""
    prefix = _PREFIX.get(step.sender, "MIS")
    person = child.known_as(prefix, *step.numbers)
    talk = conversation_id(f"{child.number}/{step.conversation}")
    if step.type in _REFERRAL:
        content = _bundle(child, step, person)
        return _Report(received, step.sender, content, talk, bundle=True)
    content = cloud_event(
        record=f"{prefix}-{child.number:04d}-{place}",
        source=step.sender,
        type_name=step.type,
        occurred=step.occurred.isoformat(),
        correlation_id=talk,
        person=person,
        data=step.data,
    )
    return _Report(received, step.sender, content, talk)


def _bundle(child: Child, step: Step, person: dict[str, Any]) -> dict[str, Any]:
    """Return a referral or its cancellation as the health gateway's door reads it."""
    new = _REFERRAL[step.type] == "new"
    referral = Referral(
        record=f"REF-{child.number:04d}",
        reason="new" if new else "update",
        status="active" if new else "revoked",
        made_at=datetime.combine(step.occurred, _EVENING),
        sent_at=datetime.combine(step.occurred, _EVENING),
        person=step.sender,
        service=step.data["service"],
        code=step.data["code"],
        requested_by=RNU if step.sender == RTH else RTH,
    )
    return referral_bundle(referral, sender=step.sender, person=person)


def _messages(reports: Iterable[_Report]) -> Iterator[Message]:
    """Yield *reports* in requests: Bundles alone, events in arrays of one sender."""
    for _, group in groupby(reports, key=_sending):
        together = [*group]
        yield from (_referral(report) for report in together if report.bundle)
        events = [report for report in together if not report.bundle]
        for start in range(0, len(events), _ARRAY):
            yield _array(events[start : start + _ARRAY])


def _sending(report: _Report) -> tuple[datetime, str]:
    """Return what the reports of one request have in common: when, and by whom."""
    return report.received, report.sender


def _referral(report: _Report) -> Message:
    """Return the request that carries one Bundle."""
    body = canonical(report.content)
    return _request(report, "health", FHIR, body, report.correlation_id)


def _array(reports: list[_Report]) -> Message:
    """Return the request that carries *reports*, an array in one conversation."""
    body = canonical([report.content for report in reports])
    talk = conversation_id(sha256(body).hexdigest())
    return _request(reports[0], "education", EVENT_ARRAY, body, talk)


def _request(
    report: _Report, door: Door, content_type: str, body: bytes, talk: UUID
) -> Message:
    """
    Return the request that carries *body*.

    Its id comes from its bytes, so that other children, or more of them, never make
    the same id with other bytes. One in twenty-five is sent twice.
    """
    day = f"{report.sender}, {report.received:%Y-%m-%d}"
    request_id = uuid5(NAMESPACE, f"{day}/{sha256(body).hexdigest()}")
    return Message(
        name=day,
        sender=report.sender,
        door=door,
        received_at=report.received,
        request_id=request_id,
        correlation_id=talk,
        content_type=content_type,
        body=body,
        times=2 if request_id.int % 25 == 0 else 1,
    )
