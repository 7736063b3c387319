"""
The SEN2 person-level return of a council, as rows of its nine tables. Pure.

Source: DfE, SEN2 person level specification, modules 1 to 5c. The collection of January
of a year is about the calendar year before: requests, decisions and plans of that year,
and every plan that is in force on the reference date. What lies before the year is `H`,
historical; what has no outcome yet is `A`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from deploy.returns.cases import Case, Fact, Record
from deploy.returns.persons import Person
from deploy.returns.tables import Collection, Return

_HISTORICAL: Final = "H"
_AWAITED: Final = "A"
_REVIEWS: Final = {"maintain": "M", "amend": "A", "cease": "C"}
_DISPUTES: Final = {
    "mediation": ("dispute.mediation_held.",),
    "tribunal": ("dispute.tribunal_registered.", "dispute.tribunal_appeal."),
}
_NEEDS: Final = (
    "sen_support.changed.v1",
    "sen_support.started.v1",
    "concern.raised.v1",
)


def returned(collection: Collection, told: Iterable[tuple[Person, Record]]) -> Return:
    """Return the rows of everyone of whom the collection must hear."""
    made = Return()
    for person, record in told:
        cases = [case for case in record.cases if _belongs(collection, case)]
        if cases:
            _person(made, collection, person, record, cases)
    return made


def _belongs(collection: Collection, case: Case) -> bool:
    """Return whether a case is of the year, open in it, or has a plan in force."""
    if _in_force(collection, case):
        return True
    start = case.request or case.final
    if start is None or start.on > collection.last:
        return False
    end = _end(case)
    return end is None or end.on >= collection.first


def _end(case: Case) -> Fact | None:
    """Return what closed a case: its plan's end, or why there is none."""
    closed = case.first(
        "ehcna.withdrawn.v1",
        "ehcna.exported.v1",
        "ehcp.not_issued.v1",
        "ehcp.ceased.v1",
    )
    return closed or _refusal(case)


def _refusal(case: Case) -> Fact | None:
    """Return the decision not to assess, if that was the decision."""
    decided = case.first("ehcna.decided.v1")
    return decided if decided and decided.data.get("decision") == "refuse" else None


def _disputes(
    about: str, record: Record, decision: Fact | None, collection: Collection
) -> dict[str, bool]:
    """Return whether a decision was followed by mediation and by an appeal."""
    since = decision.on if decision else date.max
    found = {
        kind: any(
            since <= fact.on <= collection.last
            for name in types
            for fact in record.named(name)
        )
        for kind, types in _DISPUTES.items()
    }
    return {f"{about}{kind}": happened for kind, happened in found.items()}


def _in_force(collection: Collection, case: Case) -> bool:
    """Return whether the plan of a case is in force on the reference date."""
    plan, end = case.final, case.first("ehcp.ceased.v1")
    if plan is None or _start(plan) > collection.reference:
        return False
    return end is None or end.on > collection.reference


def _start(plan: Fact) -> date:
    """Return from which day a plan is in force."""
    return _day(plan.data.get("starts_on")) or plan.on


def _day(stated: str | None) -> date | None:
    """Return a day that an event's data state."""
    return date.fromisoformat(stated) if stated else None


def _person(
    made: Return,
    collection: Collection,
    person: Person,
    record: Record,
    cases: Sequence[Case],
) -> None:
    """Add a person with their requests."""
    own = made.add(
        "person",
        "1",
        surname=person.surname,
        forename=person.forename,
        personbirthdate=person.born,
        sex=person.get("sex"),
        ethnicity=person.get("ethnicity"),
        postcode=person.get("postcode"),
        upn=person.get("upn"),
        uniquelearnernumber=person.get("uln"),
        upnunknown=person.get("upn_unknown"),
    )
    for case in cases:
        request = made.add("requests", own, **_request(collection, case, record))
        _assessment(made, collection, case, record, request)
        if _in_force(collection, case):
            _active(made, collection, record, request)


def _outcome(
    collection: Collection, fact: Fact | None, code: str
) -> dict[str, str | date | None]:
    """Return an outcome and its day; nothing that lies outside the year is told."""
    if fact is None or fact.on > collection.last:
        return {"outcome": _AWAITED, "on": None}
    if fact.on < collection.first:
        return {"outcome": _HISTORICAL, "on": None}
    return {"outcome": code, "on": fact.on}


def _request(collection: Collection, case: Case, record: Record) -> dict[str, object]:
    """Return the items of a request."""
    asked = case.request
    if asked is None:
        return {"requestoutcome": _HISTORICAL}
    told = _decision(collection, case)
    exported = case.first("ehcna.exported.v1")
    to = str(exported.data.get("to_council") or "") if exported else ""
    return {
        "receiveddate": asked.on,
        "requestsource": asked.data.get("request_source"),
        "rya": bool(asked.data.get("youth_accommodation")),
        "requestoutcome": told["outcome"],
        "requestoutcomedate": told["on"],
        **_disputes("request", record, _refusal(case), collection),
        "exported": to.rpartition(":")[2],
    }


def _decision(collection: Collection, case: Case) -> dict[str, Any]:
    """Return what became of a request, and when."""
    decided = case.first("ehcna.decided.v1")
    withdrawn = case.first("ehcna.withdrawn.v1")
    if decided is None and withdrawn is not None:
        return _outcome(collection, withdrawn, "W")
    assess = decided is not None and decided.data.get("decision") == "assess"
    return _outcome(collection, decided, "Y" if assess else "N")


def _assessment(
    made: Return, collection: Collection, case: Case, record: Record, request: str
) -> None:
    """Add the assessment of a case that has one, and its plan."""
    decided = case.first("ehcna.decided.v1")
    refused = decided is not None and decided.data.get("decision") != "assess"
    if case.request and (decided is None or refused or decided.on > collection.last):
        return
    plan, none = case.final, case.first("ehcp.not_issued.v1")
    told = _outcome(collection, plan or none, "Y" if plan else "N")
    own = made.add(
        "assessment",
        request,
        assessmentoutcome=told["outcome"],
        assessmentoutcomedate=told["on"],
        **_disputes("assessment", record, none, collection),
        **_disputes("other", record, plan, collection),
        week20=bool(plan and plan.data.get("week20_exception")),
    )
    if plan and _start(plan) <= collection.reference:
        _plan(made, collection, case, plan, own)


def _plan(
    made: Return, collection: Collection, case: Case, plan: Fact, assessment: str
) -> None:
    """Add a plan with the place that it names."""
    end = case.first("ehcp.ceased.v1")
    if end and end.on > collection.reference:
        end = None
    said = plan.data
    own = made.add(
        "namedplan",
        assessment,
        startdate=_start(plan),
        planres=said.get("residential"),
        planwbp=said.get("work_based"),
        pb=said.get("personal_budget"),
        oa=said.get("organised_arrangements"),
        dp=said.get("direct_payments"),
        ceasedate=end.on if end else None,
        ceasereason=end.data.get("reason") if end else None,
    )
    if plan.school:
        made.add("plandetail", own, urn=plan.school, placementrank="1")


def _active(made: Return, collection: Collection, record: Record, request: str) -> None:
    """Add a plan in force: its last review, where the child is, and their needs."""
    until = collection.reference
    held = record.last("annual_review.held.v1", until=until)
    decided = record.last("annual_review.decided.v1", until=until)
    if decided and held and decided.on < held.on:
        decided = None
    phase = record.last("ehcp.amended_final.v1", until=until)
    moved = record.last("residence.moved_la.v1", until=until)
    came = str(moved.data.get("from_council") or "") if moved else ""
    own = made.add(
        "activeplans",
        request,
        transferla=came.rpartition(":")[2],
        reviewmeeting=held.on if held else None,
        reviewoutcome=_REVIEWS.get(decided.data.get("decision", ""))
        if decided
        else None,
        reviewdraft=_day(decided.data.get("amendments_notice_on")) if decided else None,
        lastreview=decided.on if decided else None,
        phasetransferfinaldate=phase.on
        if phase and phase.data.get("phase_transfer")
        else None,
    )
    placed = [f for f in record.facts if f.school and f.on <= until]
    if placed:
        made.add("placementdetail", own, urn=placed[-1].school, placementrank="1")
    for rank, need in enumerate(needs(record, until), 1):
        made.add("senneed", own, sentype=need, sentyperank=rank)


def needs(record: Record, until: date) -> Iterator[str]:
    """Yield the SEN types last stated, the primary one first."""
    said = record.last(*_NEEDS, until=until)
    listed = said.data.get("needs") or [said.data.get("concern")] if said else ()
    yield from (str(need) for need in listed if need)
