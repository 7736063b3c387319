"""A CloudEvent becomes a Statement, as its sender said it."""

import pytest

from services.education_gateway.errors import EventRefused
from tests.support.stated import PERSON, data, statement


def test_a_good_event_is_stated():
    """What the sender said is there; its own record defaults to its id, version 1."""
    said = statement()

    assert (said.type, said.occurred, said.occurredprecision) == (
        "ehcna.advice_requested.v1",
        "2026-03-02",
        "day",
    )
    assert (said.sourcerecord, said.sourceversion) == ("EHC-417-3", 1)
    assert said.person == PERSON
    assert said.data == {"body": "urn:ods:RNU", "sent_on": "2026-03-02"}
    assert said.flags == ()


def test_the_senders_record_and_version_are_kept():
    """They are the sender's, unchanged, from version 0 on."""
    said = statement(sourcerecord="R/1 ä", sourceversion=0)

    assert (said.sourcerecord, said.sourceversion) == ("R/1 ä", 0)


def test_what_is_not_a_senders_to_say_is_ignored():
    """Time, subject and category are ours."""
    assert statement(time="x", subject="c-1", category="ehc") == statement()


@pytest.mark.parametrize(
    ("occurred", "said", "precision"),
    [
        ("2026-03-02", None, "day"),
        ("2024-02-29", None, "day"),
        ("2026-03-02T09:15:00+01:00", None, "instant"),
        ("2026-03-02T09:15Z", None, "instant"),
        ("2026-03-02T09:15:00.123456789Z", None, "instant"),
        ("2026-03-02", "by", "by"),
    ],
)
def test_when_it_happened_is_kept_as_it_was_said(occurred, said, precision):
    """A date is a day, an instant an instant, and `by` is the sender's word."""
    got = statement(occurred=occurred, occurredprecision=said)

    assert (got.occurred, got.occurredprecision) == (occurred, precision)


def test_a_member_that_is_null_is_one_not_said():
    """`received_on: null` says nothing, of the event as of its person."""
    said = statement(data=data(received_on=None, person=PERSON | {"upn": None}))

    assert said.data.keys() == {"body"}
    assert said.person == PERSON
    assert said.flags == ()


def test_a_withdrawal_names_a_record():
    """`event.withdrawn.v1` says which record it takes back, of the sender's own."""
    withdrawn = {"sourcerecord": "EHC-417-3", "sourceversion": 2}
    said = statement(
        type="event.withdrawn.v1",
        data={"person": PERSON, "withdraws": withdrawn, "reason": "entered-in-error"},
    )

    assert said.data["withdraws"] == withdrawn


@pytest.mark.parametrize("sent", [{"person": PERSON}, data(sent_on="2026-03-02")])
def test_a_purge_takes_back_every_version_of_its_record(sent):
    """Whatever else the object says; who sends it need not say the rest again."""
    said = statement(purge=True, sourcerecord="R-1", sourceversion=3, data=sent)

    assert (said.type, said.sourcerecord) == ("event.withdrawn.v1", "R-1")
    assert said.sourceversion == 3
    assert said.data == {"withdraws": {"sourcerecord": "R-1"}, "reason": "purged"}
    assert said.person == PERSON
    assert statement(purge=True, data=sent).data["withdraws"] == {
        "sourcerecord": "EHC-417-3"
    }


def test_a_purge_that_is_none_changes_nothing():
    """Objects that stand carry the flag as well, and it says that they stand."""
    assert statement(purge=False) == statement()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"purge": "true"}, "/purge"),
        ({"purge": 1}, "/purge"),
        ({"purge": True, "type": "event.withdrawn.v1"}, "/purge"),
        ({"purge": True, "data": {}}, "/data/person"),
        ({"purge": True, "data": "x"}, "/data/person"),
        ({"purge": True, "type": "no.such.v1"}, "/type"),
    ],
)
def test_a_purge_is_judged(changes, where):
    """It is true or false, names whom it is about, and purges what there can be."""
    with pytest.raises(EventRefused) as refused:
        statement(**changes)

    assert where in [fault[0] for fault in refused.value.faults]
