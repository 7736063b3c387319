"""An EHC needs assessment, the plan, and its reviews. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from deploy.local.simulator.areas import Published
from deploy.local.simulator.journeys import appeals
from deploy.local.simulator.journeys.family import mediation, told
from deploy.local.simulator.journeys.review import reviews
from deploy.local.simulator.life import ICB, RNU, RTH, Life
from deploy.local.simulator.people import another_school
from deploy.local.simulator.said import Known, Owed, Said, workday

_CONCERN_FIRST: Final = 0.7
_SOURCE_SYSTEM: Final = "dfe:sen2:request-source"
_SOURCES: Final = ("1", "2", "3", "4", "5")
_SOURCE_SHARES: Final = (35, 50, 8, 4, 3)
"""SEN2 RequestSource: parents, schools, health, social care, others."""
_NEVER_ACKNOWLEDGED: Final = 0.03
_NEVER_ANSWERED: Final = 0.06
_EXCEPTIONS: Final = 0.05
_WITHDRAWN: Final = 0.03
_NO_PLAN_IN_TIME: Final = 0.141
"""Oxfordshire, 2024: 14 of 99 decisions not to issue came within sixteen weeks."""
_REPRESENTATIONS: Final = 0.6
_RESPONDS: Final = 0.85
_CAN_MEET_NEED: Final = 0.7
_GROUNDS: Final = ("unsuitable", "incompatible", "inefficient")


@dataclass(frozen=True, slots=True)
class Limb:
    """One kind of advice that reg. 6(1) asks for."""

    name: str
    body: str
    answers: tuple[int, int]
    """Days from receipt to advice."""


def concern(life: Life, day: date, need: str) -> None:
    """Tell that the child's school says that they may have a need."""
    data = {
        "concern": need,
        "concern_system": "dfe:SENtype",
        "raised_with": life.home,
        "parent_informed_on": day,
    }
    life.say(life.school(), "concern.raised.v1", day, "concern", data)


def support(life: Life, concerned: date, need: str) -> None:
    """Tell that the school began to make provision for a need."""
    day = life.after(concerned, 7, 60)
    data = {
        "provision_from": "N",
        "provision_from_system": "dfe:sen-provision",
        "provision_to": "K",
        "provision_to_system": "dfe:sen-provision",
        "needs": [need],
        "needs_system": "dfe:sen-type",
    }
    life.say(life.school(), "sen_support.started.v1", day, "concern", data)


def assessment(life: Life, rates: Published, day: date, need: str) -> None:
    """Tell of an assessment asked for on *day*, as far as it goes."""
    if life.happens(_CONCERN_FIRST):
        concern(life, life.after(day, -120, -20), need)
    asked = _requested(life, day)
    decided, none, final = _owed(life, asked)
    if life.happens(_WITHDRAWN):
        end = _withdrawn(life, day)
        for owed in (decided, none, final):
            owed.stopped.append(end)
        return
    in_time = life.happens(rates.decided_in_6_weeks_pc / 100)
    on = workday(day + timedelta(days=life.random.randint(*_DECIDED[in_time])))
    assess = life.happens(rates.assessed)
    decided.met = _decided(life, on, "assess" if assess else "refuse")
    told(life, decided.met, "ehc")
    if not assess:
        for owed in (none, final):
            owed.stopped.append(decided.met)
        mediation(life, on)
        appeals.against_refusal(life, on)
        return
    _trace(life, on)
    for limb in _limbs(life):
        _advice(life, limb, on)
    if life.happens(rates.led_to_plan_pc / 100):
        _plan(life, rates, day, (none, final))
    else:
        none.met = _no_plan(life, day)
        final.stopped.append(none.met)
        appeals.against_no_plan(life, none.met.on)


def _owed(life: Life, asked: Said) -> tuple[Owed, Owed, Owed]:
    """Return what a request makes the council owe: a decision, then no plan or one."""
    decided, none, final = (
        life.owe(clock, life.home, asked, asked)
        for clock in ("ehcna.decision", "ehcna.no_plan", "ehcp.final")
    )
    return decided, none, final


def _withdrawn(life: Life, asked: date) -> Said:
    """Tell that the parent took the request back."""
    day = life.after(asked, 4, 16)
    data = {"withdrawn_on": day, "withdrawn_by": "parent"}
    return life.say(life.council(), "ehcna.withdrawn.v1", day, "ehc", data)


def _no_plan(life: Life, asked: date) -> Said:
    """Tell that the council will not issue a plan."""
    in_time = life.happens(_NO_PLAN_IN_TIME)
    day = life.after(asked, *((98, 110) if in_time else (113, 170)))
    data = {
        "notified_on": day,
        "appeal_rights_sent": True,
        "sent_to": [ICB, life.child.school],
    }
    return life.say(life.council(), "ehcp.not_issued.v1", day, "ehc", data)


_DECIDED: Final = {True: (18, 40), False: (43, 66)}
"""Days from request to decision: in six weeks or not. A weekend adds two at most."""


def _requested(life: Life, day: date) -> Said:
    """Tell that the council received a request."""
    [source] = life.random.choices(_SOURCES, _SOURCE_SHARES)
    data = {
        "received_on": day,
        "request_source": source,
        "request_source_system": _SOURCE_SYSTEM,
        "school": life.child.school,
    }
    if source == "2":
        data["requested_by"] = life.child.school
    return life.say(life.council(), "ehcna.requested.v1", day, "ehc", data)


def _decided(life: Life, day: date, decision: str) -> Said:
    """Tell what the council decided."""
    data = {"decision": decision, "notified_on": day}
    return life.say(life.council(), "ehcna.decided.v1", day, "ehc", data)


def _trace(life: Life, day: date) -> None:
    """Tell that NHS number and UPN are one child, unless the council knew before."""
    if not life.traced:
        life.traced = True
        data = {"method": "pds", "traced_on": day}
        life.say(life.council(), "person.identified.v1", day, "tracing", data)


def _limbs(life: Life) -> tuple[Limb, ...]:
    """Return what advice is asked for, and of whom."""
    trust = life.random.choice((RTH, RTH, RNU))
    return (
        Limb("education", life.child.school, (10, 50)),
        Limb("medical", trust, (20, 80)),
        Limb("psychological", life.home, (21, 70)),
        Limb("social-care", life.home, (14, 60)),
    )


def _advice(life: Life, limb: Limb, day: date) -> None:
    """Tell of a request for advice and, of most, its receipt and the advice."""
    talk = f"advice-{limb.name}"
    said = {"body": limb.body, "advice": limb.name}
    own = limb.body == life.home
    asked = {**said, "sent_on": day} | ({"received_on": day} if own else {})
    start = life.say(life.council(), "ehcna.advice_requested.v1", day, talk, asked)
    who = _of(life, limb.body)
    receipt = start if own else _receipt(life, who, said, day, talk)
    owed = life.owe("ehcna.advice", limb.body, start, receipt)
    if receipt and not life.happens(_NEVER_ANSWERED):
        given = life.after(receipt.on, *limb.answers)
        data = {**said, "received_on": given}
        name = "ehcna.advice_received.v1"
        owed.met = life.say(who, name, given, talk, data)


def _of(life: Life, body: str) -> Known:
    """Return the child as a body knows them."""
    if body == life.home:
        return life.council()
    return life.trust(body) if body in {RTH, RNU} else life.school(body)


def _receipt(
    life: Life, who: Known, said: dict[str, str], day: date, talk: str
) -> Said | None:
    """Tell on which day the request reached the body; some never say."""
    if life.happens(_NEVER_ACKNOWLEDGED):
        return None
    on = life.after(day, 0, 4)
    data = {**said, "received_on": on}
    return life.say(who, "ehcna.advice_request_received.v1", on, talk, data)


def _plan(life: Life, rates: Published, asked: date, owed: tuple[Owed, Owed]) -> None:
    """Tell of the plan that *owed* is about, from its draft to its reviews."""
    in_time = life.happens(rates.in_20_weeks_pc / 100)
    within = (125, 138) if in_time else (141, 330)
    if not in_time and life.happens(rates.over_1_year_pc / 100):
        within = (367, 500)
    final = life.after(asked, *within)
    draft = life.after(final, -38, -20)
    served = {"served_on": draft, "version": 1}
    said = life.say(life.council(), "ehcp.draft_issued.v1", draft, "ehc", served)
    views = life.owe("ehcp.draft_representations", life.home, said, said)
    if life.happens(_REPRESENTATIONS):
        views.met = _represented(life, life.after(draft, 3, 13))
    consulted = _consulted(life, draft)
    end = issued(life, final, life.child.school, exception=not in_time)
    told(life, end, "ehc")
    none, plan = owed
    plan.met = end
    plan.why = "reg. 10(4)" if end.data["week20_exception"] else None
    none.stopped += [said, end]
    for one in (views, *consulted):
        one.stopped.append(end)
    appeals.against_plan(life, final)
    reviews(life, end, final)


def _represented(life: Life, day: date) -> Said:
    """Tell what the parent made of the draft: that they did, never what."""
    data = {"received_on": day, "made_by": "parent", "meeting_requested": False}
    who = life.council()
    return life.say(who, "ehcp.representation_received.v1", day, "ehc", data)


def _consulted(life: Life, day: date) -> list[Owed]:
    """Tell which schools were asked, their own among them; return what they owe."""
    own, asked = life.child.school, life.random.randint(0, 2)
    others = [another_school(life.random, own) for _ in range(asked)]
    found = []
    for school in dict.fromkeys((own, *others)):
        data = {"school": school, "sent_on": day}
        name = "ehcp.school_consulted.v1"
        said = life.say(life.council(), name, day, "ehc", data)
        owed = life.owe("ehcp.school_consult", school, said, said)
        if life.happens(_RESPONDS):
            owed.met = _responded(life, school, life.after(day, 3, 25))
        found.append(owed)
    return found


def _responded(life: Life, school: str, day: date) -> Said:
    """Tell what a school answers."""
    able = life.happens(_CAN_MEET_NEED)
    data = {"response": "yes" if able else "no", "responded_on": day, "school": school}
    if not able:
        data["ground"] = life.random.choice(_GROUNDS)
    who = life.school(school)
    return life.say(who, "ehcp.school_responded.v1", day, "consultation", data)


def issued(life: Life, day: date, school: str, *, exception: bool) -> Said:
    """Tell that the final plan was sent."""
    data = {
        "issued_on": day,
        "school": school,
        "sent_to": [school, ICB],
        "week20_exception": exception and life.happens(_EXCEPTIONS),
    }
    return life.say(life.council(), "ehcp.final_issued.v1", day, "ehc", data)


def left_behind(life: Life, day: date, new_home: str) -> None:
    """Tell of a request that another council decided before the child moved away."""
    asked = _asked(life, day)
    decided, none, final = _owed(life, asked)
    on = life.after(day, 20, 35)
    data = {"decision": "assess", "notified_on": on}
    who, talk = life.council(), "ehc-before"
    decided.met = life.say(who, "ehcna.decided.v1", on, talk, data)
    left = life.after(on, 3, 12)
    moved = {"exported_on": left, "to_council": new_home}
    end = life.say(who, "ehcna.exported.v1", left, talk, moved)
    for owed in (none, final):
        owed.stopped.append(end)


def _asked(life: Life, day: date) -> Said:
    """Tell that the council before received a request."""
    data = {
        "received_on": day,
        "request_source": "1",
        "request_source_system": _SOURCE_SYSTEM,
    }
    return life.say(life.council(), "ehcna.requested.v1", day, "ehc-before", data)
