"""What happens to a made-up child, week by week: the story's steps, varied. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final, Literal

from deploy.local.scenarios.people import Child

COUNCIL: Final = "urn:dfe:la:931"
RTH: Final = "urn:ods:RTH"
RNU: Final = "urn:ods:RNU"

_FIRST_MONDAY: Final = date(2024, 9, 30)
_WEEKDAY: Final = {COUNCIL: 1, RTH: 2, RNU: 3}
_FRIDAY: Final = 4
"""A school reports on Fridays; the others on the day of their panel or clinic."""

_LAST_START: Final = 96

_NEEDS: Final = ("ASD", "SEMH", "SLCN", "MLD", "PD")
"""SEN types, DfE code list `SENtype`."""

_SERVICES: Final = (
    ("community-paediatrics", RTH, "306261003"),
    ("camhs", RNU, "306291008"),
    ("slt", RNU, "306360000"),
    ("ot", RNU, "306355004"),
)
"""(service, the trust that runs it, SNOMED CT concept of a referral to it)."""

Kind = Literal["support", "health", "education", "apart", "joined"]
_KINDS: Final[tuple[Kind, ...]] = ("support", "health", "education", "apart", "joined")
_SHARES: Final = (10, 20, 15, 10, 45)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, before anyone has reported it."""

    sender: str
    type: str
    occurred: date
    conversation: str
    data: dict[str, Any]
    numbers: tuple[str, ...]
    """Which of the child's numbers the sender holds."""


def steps_of(child: Child, random: Random) -> list[Step]:
    """Return everything that happens to *child*, in the order of its telling."""
    kind = random.choices(_KINDS, _SHARES)[0]
    week = random.randrange(_LAST_START)
    steps: list[Step] = []
    if kind != "health":
        steps += _concern(child, random, week)
    if kind in {"health", "apart", "joined"}:
        steps += _health(random, week + random.randrange(8))
    if kind in {"education", "apart", "joined"}:
        start = week + random.randrange(4, 30)
        steps += _assessment(child, random, start, joined=kind == "joined")
    return steps


def _on(week: int, sender: str) -> date:
    """Return the day of *week* on which *sender* does things."""
    days = _WEEKDAY.get(sender, _FRIDAY)
    return _FIRST_MONDAY + timedelta(weeks=week, days=days)


def _concern(child: Child, random: Random, week: int) -> Iterator[Step]:
    """Yield the school's concern."""
    day = _on(week, child.school)
    data = {
        "concern": random.choice(_NEEDS),
        "concern_system": "dfe:SENtype",
        "parent_informed_on": day.isoformat(),
    }
    yield Step(child.school, "concern.raised.v1", day, "concern", data, ("upn",))


def _health(random: Random, week: int) -> Iterator[Step]:
    """Yield a referral and what becomes of it: cancelled, or waited for and seen."""
    service, trust, code = random.choice(_SERVICES)
    said = {"service": service, "code": code}
    yield _clinic("referral.received.v1", week, trust, said)
    if random.random() < 0.08:  # noqa: PLR2004 - one in twelve
        later = week + random.randint(1, 6)
        yield _clinic("referral.cancelled.v1", later, trust, said)
    else:
        yield from _wait(random, week, trust, service)


def _wait(random: Random, week: int, trust: str, service: str) -> Iterator[Step]:
    """Yield the wait for *service* from its acceptance to the assessment."""
    accepted, waited = week + random.randint(1, 3), random.randint(8, 44)
    said = {"service": service}
    taken = {**said, "accepted_by": trust}
    yield _clinic("referral.accepted.v1", accepted, trust, taken)
    added = {**said, "added_on": _on(accepted, trust)}
    yield _clinic("waiting_list.added.v1", accepted, trust, added)
    if random.random() < 0.2:  # noqa: PLR2004 - one in five
        missed = week + random.randint(4, waited - 2)
        missing = {**said, "appointment_on": _on(missed, trust)}
        yield _clinic("appointment.was_not_brought.v1", missed, trust, missing)
    seen = week + waited
    done = {**said, "completed_on": _on(seen, trust), "weeks_waited": waited}
    yield _clinic("assessment.completed.v1", seen, trust, done)


def _assessment(
    child: Child, random: Random, week: int, *, joined: bool
) -> Iterator[Step]:
    """Yield an EHC needs assessment, as far as it goes."""
    decided = random.choice((4, 5, 5, 6, 6, 8))
    yield _requested(child, week)
    refused = random.random() < 0.15  # noqa: PLR2004 - about one in seven
    yield _decided(week + decided, "refuse" if refused else "assess")
    if refused:
        return
    held = ("nhs_number", "upn") if joined else ("upn",)
    if joined:
        traced = {"method": "pds", "traced_on": _on(week + decided, COUNCIL)}
        yield _council("person.identified.v1", week + decided, traced, held, "tracing")
        yield from _health_advice(random, week + decided, held)
    yield from _psychologist(random, week + decided, held)
    yield from _plan(child, random, week, held)


def _requested(child: Child, week: int) -> Step:
    """Return the school's request, as the council records it."""
    data = {
        "received_on": _on(week, COUNCIL),
        "request_source": "2",
        "requested_by": child.school,
        "school": child.school,
    }
    return _council("ehcna.requested.v1", week, data, ("upn",))


def _decided(week: int, decision: str) -> Step:
    """Return the council's decision whether to assess."""
    data = {"decision": decision, "notified_on": _on(week, COUNCIL)}
    return _council("ehcna.decided.v1", week, data, ("upn",))


def _health_advice(random: Random, week: int, held: tuple[str, ...]) -> Iterator[Step]:
    """Yield the request to a trust and, of most, its receipt and its advice."""
    trust = random.choice((RTH, RNU))
    asked = {"body": trust, "advice": "medical", "sent_on": _on(week, COUNCIL)}
    talk = "advice-medical"
    yield _council("ehcna.advice_requested.v1", week, asked, held, talk)
    said = {"body": trust, "advice": "medical"}
    opened, given = _on(week, trust), _on(week + random.randint(4, 11), trust)
    receipt = {**said, "received_on": opened.isoformat()}
    held = ("nhs_number",)
    yield Step(trust, "ehcna.advice_request_received.v1", opened, talk, receipt, held)
    if random.random() < 0.85:  # noqa: PLR2004 - the others never answer
        advice = {**said, "received_on": given.isoformat()}
        yield Step(trust, "ehcna.advice_received.v1", given, talk, advice, held)


def _psychologist(random: Random, week: int, held: tuple[str, ...]) -> Iterator[Step]:
    """Yield the request to the council's own psychologists and their advice."""
    day, given = _on(week, COUNCIL), week + random.randint(4, 8)
    said = {"body": COUNCIL, "advice": "psychological"}
    asked = {**said, "sent_on": day, "received_on": day}
    talk = "advice-psychological"
    yield _council("ehcna.advice_requested.v1", week, asked, held, talk)
    advice = {**said, "received_on": _on(given, COUNCIL)}
    yield _council("ehcna.advice_received.v1", given, advice, held, talk)


def _plan(
    child: Child, random: Random, week: int, held: tuple[str, ...]
) -> Iterator[Step]:
    """Yield the plan, from its draft to its first annual review."""
    draft = week + random.choice((14, 15, 16, 16, 18, 22, 27))
    final = draft + random.randint(3, 5)
    served = {"served_on": _on(draft, COUNCIL), "version": 1}
    yield _council("ehcp.draft_issued.v1", draft, served, held)
    asked = {"school": child.school, "sent_on": _on(draft, COUNCIL)}
    yield _council("ehcp.school_consulted.v1", draft, asked, held)
    issued = {
        "issued_on": _on(final, COUNCIL),
        "school": child.school,
        "sent_to": [child.school, "urn:ods:QU9"],
        "week20_exception": False,
    }
    yield _council("ehcp.final_issued.v1", final, issued, held)
    yield _review(child, random, final + random.randint(40, 54))


def _review(child: Child, random: Random, week: int) -> Step:
    """Return the annual review that the school held."""
    day = _on(week, child.school)
    data = {
        "held_on": day.isoformat(),
        "school": child.school,
        "health_invited": True,
        "health_attended": random.random() < 0.4,  # noqa: PLR2004 - a minority
    }
    return Step(child.school, "annual_review.held.v1", day, "review", data, ("upn",))


def _clinic(name: str, week: int, trust: str, data: dict[str, Any]) -> Step:
    """Return what a trust says of a referral and its wait."""
    day, held = _on(week, trust), ("nhs_number",)
    return Step(trust, name, day, "referral", _dated(data), held)


def _council(
    name: str,
    week: int,
    data: dict[str, Any],
    held: tuple[str, ...],
    conversation: str = "ehc",
) -> Step:
    """Return what the council says of *week*."""
    day = _on(week, COUNCIL)
    return Step(COUNCIL, name, day, conversation, _dated(data), held)


def _dated(data: dict[str, Any]) -> dict[str, Any]:
    """Return *data* with its dates as text."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in data.items()}
