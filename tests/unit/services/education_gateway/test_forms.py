"""An answer in a form: what must be put right, and which events it states."""

from datetime import date

import pytest

from services.education_gateway.pages.owed import answered
from services.education_gateway.translate import Answer, events_of, to_statement

TODAY = date(2026, 3, 2)
SENT = date(2026, 2, 20)
BODY = "urn:ods:RNU"
ASK = {
    "child_ref": "c-1",
    "correlationid": "10000000-0000-4000-8000-000000000000",
    "type": "ehcna.advice_requested.v1",
    "advice": "medical",
}
GOOD = {
    "answer": "returned",
    "on-day": "27",
    "on-month": "2",
    "on-year": "2026",
    "channel": "post",
}


def stated(kind, channel=None):
    """Return what an answer of that kind states, as the door reads it."""
    answer = Answer(kind, date(2026, 2, 27), channel)
    events = events_of(answer, ASK, org=BODY, form="f", today=TODAY)
    return [to_statement(e, sender=BODY, place=n) for n, e in enumerate(events)]


def test_a_whole_form_is_an_answer():
    """Kind, day and way are what the person wrote."""
    assert answered(GOOD, TODAY, SENT) == (
        Answer("returned", date(2026, 2, 27), "post"),
        [],
    )


def test_a_way_is_kept_only_where_it_is_asked():
    """Of a receipt nobody is asked how it was sent."""
    said, _ = answered(GOOD | {"answer": "received"}, TODAY, SENT)

    assert said.channel is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"answer": ""}, "answer"),
        ({"answer": "other"}, "answer"),
        ({"on-day": "31"}, "on"),
        ({"on-day": "3", "on-month": "3"}, "on"),
        ({"on-year": "2023"}, "on"),
        ({"channel": ""}, "channel"),
        ({"channel": "pigeon"}, "channel"),
    ],
)
def test_a_fault_names_its_field_and_no_value(changes, field):
    """One fault, at the field that must be put right."""
    said, problems = answered(GOOD | changes, TODAY, SENT)

    assert said is None
    assert [problem["field"] for problem in problems] == [field]


@pytest.mark.parametrize("kind", ["received", "not_known", "returned"])
def test_nothing_is_received_or_answered_before_it_was_sent(kind):
    """The day of sending is the first that can be; the fault says so."""
    form = GOOD | {"answer": kind}
    on_the_day, _ = answered(form, TODAY, date(2026, 2, 27))
    before, [problem] = answered(form, TODAY, date(2026, 2, 28))

    assert (on_the_day.on, before) == (date(2026, 2, 27), None)
    assert problem["field"] == "on"
    assert "before the request was sent" in problem["text"]


@pytest.mark.parametrize("kind", ["missed", "told"])
def test_what_is_no_answer_to_the_request_may_be_older(kind):
    """An appointment was missed, or a parent told, whenever it was."""
    said, _ = answered(GOOD | {"answer": kind}, TODAY, date(2026, 2, 28))

    assert said.on == date(2026, 2, 27)


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("received", ["ehcna.advice_request_received.v1"]),
        ("not_known", ["ehcna.not_known.v1"]),
        ("returned", ["ehcna.advice_received.v1"]),
        (
            "missed",
            ["appointment.was_not_brought.v1", "ehcna.advice_exception.v1"],
        ),
        ("told", ["parent.informed.v1"]),
    ],
)
def test_an_answer_states_events_that_the_door_takes_whole(kind, types):
    """Each is an ordinary event of the body, of one course of things with the request."""
    said = stated(kind, "post" if kind in {"returned", "told"} else None)

    assert [one.type for one in said] == types
    assert {one.correlationid for one in said} == {ASK["correlationid"]}
    assert {one.person["child_ref"] for one in said} == {"c-1"}
    assert all(one.flags == () for one in said)
    assert len({one.sourcerecord for one in said}) == len(said)


def test_a_missed_appointment_claims_the_reason_of_the_law():
    """Reg. 8(2)(c), with the day of the appointment."""
    _, claim = stated("missed")

    assert (claim.data["limb"], claim.data["appointment_on"]) == ("c", "2026-02-27")
