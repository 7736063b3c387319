"""What the records of a SEN2 return say: requests, decisions, plans, reviews, places."""

from collections.abc import Iterator
from typing import Any, Final

from services.education_gateway.translate.files.layout import Fact
from services.education_gateway.translate.files.saying import (
    council,
    dated,
    filled,
    flag,
    renamed,
    school,
    told,
)
from services.runtime.snapshots.comparing import Change

_DECISIONS: Final = {"M": "maintain", "A": "amend", "C": "cease"}
NO: Final = frozenset({"0", "0.0", "N", "FALSE", "NO"})
"""What stands in an item of codes where there is none to say."""


def nothing(_change: Change) -> Iterator[Fact]:
    """Yield nothing: the record says whom others are about."""
    return iter(())


def requested(change: Change) -> Iterator[Fact]:
    """Yield the request, the decision whether to assess, and a move away."""
    said = change.after
    received, outcome = said.get("receiveddate"), said.get("requestoutcome")
    data = filled(
        received_on=received,
        request_source=said.get("requestsource"),
        youth_accommodation=flag(said.get("rya")),
    )
    request = Fact("ehcna.requested.v1", "request", data, occurred=received)
    yield from dated(change, "receiveddate", request, "requestsource", "rya")
    if change.differs("requestoutcome", "requestoutcomedate"):
        yield from _decided(outcome, said.get("requestoutcomedate"))
    exported = said.get("exported", "").upper()
    if exported and exported not in NO and change.differs("exported"):
        yield Fact("ehcna.exported.v1", "exported", {})


def _decided(outcome: str | None, on: str | None) -> Iterator[Fact]:
    """Yield what became of a request; one that is open or historical says nothing."""
    if outcome in ("Y", "N"):
        decision = "assess" if outcome == "Y" else "refuse"
        data = filled(decision=decision, notified_on=on)
        yield Fact("ehcna.decided.v1", "decision", data, occurred=on)
    if outcome == "W":
        data = filled(withdrawn_on=on)
        yield Fact("ehcna.withdrawn.v1", "withdrawal", data, occurred=on)


def assessed(change: Change) -> Iterator[Fact]:
    """Yield that no plan will be issued; that one is follows from the plan itself."""
    said = change.after
    on = said.get("assessmentoutcomedate")
    if not change.differs("assessmentoutcome", "assessmentoutcomedate"):
        return
    if said.get("assessmentoutcome") == "N":
        data = filled(notified_on=on)
        yield Fact("ehcp.not_issued.v1", "no_plan", data, occurred=on)
    if said.get("assessmentoutcome") == "W":
        data = filled(withdrawn_on=on)
        yield Fact("ehcna.withdrawn.v1", "withdrawal", data, occurred=on)


def planned(change: Change) -> Iterator[Fact]:
    """Yield the final plan, and its end."""
    said = change.after
    started, ceased = said.get("startdate"), said.get("ceasedate")
    data = filled(
        issued_on=started,
        starts_on=started,
        week20_exception=flag(told(change).get("week20")),
        residential=said.get("planres"),
        work_based=_is_said(said.get("planwbp")),
        personal_budget=flag(said.get("pb")),
        organised_arrangements=flag(said.get("oa")),
        direct_payments=_is_said(said.get("dp")),
    )
    final = Fact("ehcp.final_issued.v1", "plan", data, occurred=started)
    terms = ("planres", "planwbp", "pb", "oa", "dp")
    yield from dated(change, "startdate", final, *terms)
    data = filled(ceased_on=ceased, reason=said.get("ceasereason"))
    end = Fact("ehcp.ceased.v1", "end", data, occurred=ceased)
    yield from dated(change, "ceasedate", end, "ceasereason")


def _is_said(code: str | None) -> bool | None:
    """Return a code that means yes as a flag; a plain no as no; a blank as nothing."""
    return None if not code else code.upper() not in NO


def _place(change: Change) -> dict[str, Any]:
    """Return where a child is placed."""
    said = change.after
    ukprn = said.get("ukprn", "")
    return school(said.get("urn", "")) | filled(
        ukprn=ukprn if len(ukprn) == 8 and ukprn.isdigit() else None,  # noqa: PLR2004
        setting=said.get("sensetting"),
    )


def named(change: Change) -> Iterator[Fact]:
    """Yield the placement that a plan names."""
    data = _place(change) | filled(
        sen_unit=flag(change.after.get("senunitindicator")),
        resourced_provision=flag(change.after.get("resourcedprovisionindicator")),
        named_on=told(change).get("startdate"),
    )
    yield Fact(
        "ehcp.placement_named.v1",
        "placement",
        data,
        occurred=told(change).get("startdate"),
    )


def active(change: Change) -> Iterator[Fact]:
    """Yield reviews, phase transfers and a move from another council's area."""
    said = change.after
    held = said.get("reviewmeeting")
    meeting = Fact(
        "annual_review.held.v1",
        f"review/{held}",
        filled(held_on=held),
        occurred=held,
    )
    if held and change.differs("reviewmeeting"):
        yield meeting
    decision = _DECISIONS.get(said.get("reviewoutcome", ""))
    if decision and change.differs("reviewoutcome", "reviewmeeting", "reviewdraft"):
        data = filled(
            decision=decision,
            held_on=held,
            amendments_notice_on=said.get("reviewdraft"),
        )
        yield Fact("annual_review.decided.v1", f"decision/{held}", data)
    yield from _moved_on(change)


def _moved_on(change: Change) -> Iterator[Fact]:
    """Yield an amended plan for the next phase, and a plan that another council made."""
    said = change.after
    final = said.get("phasetransferfinaldate")
    data = filled(
        issued_on=final,
        phase_transfer=True,
        phase_transfer_due=said.get("phasetransferduedate"),
    )
    amended = Fact("ehcp.amended_final.v1", "phase", data, occurred=final)
    yield from dated(change, "phasetransferfinaldate", amended, "phasetransferduedate")
    old = council(said.get("transferla", ""))
    if old and change.differs("transferla"):
        yield Fact("residence.moved_la.v1", "moved", {"from_council": old})


def placed(change: Change) -> Iterator[Fact]:
    """Yield that a child entered and left the place of an active plan."""
    said = change.after
    entered, left = said.get("entrydate"), said.get("leavingdate")
    where = school(said.get("urn", ""))
    data = renamed(where, "to_school") | filled(admitted_on=entered)
    entry = Fact("school.admission.v1", "entry", data, occurred=entered)
    yield from dated(change, "entrydate", entry)
    data = renamed(where, "from_school") | filled(left_on=left)
    leaving = Fact("school.leaver.v1", "leaving", data, occurred=left)
    yield from dated(change, "leavingdate", leaving)


def needs(change: Change) -> Iterator[Fact]:
    """Yield the types of need that a plan is for, in the order of their rank."""
    if listed := change.after.get("needs", ""):
        data = {"provision_to": "E", "needs": listed.split(",")}
        yield Fact("sen_support.changed.v1", "needs", data, alone=True)
