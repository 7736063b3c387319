"""Entries in words: late marks, strikes, facts, and which answers which."""

import pytest

from services.runtime.pages import entries
from tests.unit.services.runtime.pages.page_samples import (
    HOSPITAL,
    NAMES,
    SCHOOL,
    TITLES,
    TRUST,
    busy_entries,
    entry,
)


def rows(*told):
    """Return the entries *told* in words."""
    return entries.EntryWords(told, TITLES, NAMES).rows()


def asked(number, **members):
    """Return a request to the trust for medical advice."""
    data = {"body": TRUST, "advice": "medical"} | members
    return entry(number, type="ehcna.advice_requested.v1", data=data)


def given(number, **members):
    """Return the trust's advice."""
    usual = {"type": "ehcna.advice_received.v1", "source": TRUST}
    return entry(number, **(usual | members))


class TestLate:
    """The late mark."""

    def test_counts_london_days(self):
        """An entry heard twelve days afterwards says twelve."""
        assert rows(busy_entries()[0])[0].late == "Heard 12 days after it happened"

    def test_is_the_servers_decision(self):
        """The page does not judge by itself what is late."""
        one = entry(1, occurred="2026-01-01", late=False)
        assert rows(one)[0].late is None


class TestStruck:
    """What no longer counts."""

    @pytest.mark.parametrize(
        ("state", "word"),
        [
            ("superseded", "Superseded"),
            ("withdrawn", "Withdrawn"),
            ("erased", "Erased"),
            ("linked", None),
        ],
    )
    def test_is_said_in_a_word(self, state, word):
        """A strike alone would be lost on a screen reader."""
        assert rows(entry(1, state=state))[0].struck == word

    def test_leads_to_what_replaced_it_if_that_is_shown(self):
        """The way goes both ways, and nowhere where the other is not on the page."""
        old, new = rows(*busy_entries()[1:3])
        assert (old.replaced_by, new.replaces) == (new.id, old.id)
        assert rows(busy_entries()[1])[0].replaced_by is None


class TestPairs:
    """Which entry answers which."""

    def test_an_answer_of_one_school_is_not_that_of_another(self):
        """Of two schools consulted at once, the one that answered is answered."""
        consulted = [
            entry(n, type="ehcp.school_consulted.v1", data={"school": school})
            for n, school in ((1, SCHOOL), (2, HOSPITAL))
        ]
        answer = entry(
            3, type="ehcp.school_responded.v1", source=SCHOOL, data={"response": "no"}
        )
        found = rows(*consulted, answer)
        assert [len(one.answered_by) for one in found] == [1, 0, 0]

    def test_join_by_correlation_and_body(self):
        """Of two bodies asked at once, the one that answered is answered."""
        ours, other = asked(1), asked(2, body=HOSPITAL)
        found = rows(ours, other, given(3))
        assert found[2].answers.id == ours["id"]
        assert [link.id for link in found[0].answered_by] == [found[2].id]
        assert found[1].answered_by == ()

    def test_do_not_join_another_correlation(self):
        """Advice of last year's assessment answers nothing of this one."""
        stranger = given(2, correlationid="99999999-0000-4000-8000-000000000000")
        assert rows(asked(1), stranger)[1].answers is None

    def test_do_not_join_another_kind_of_advice(self):
        """Educational advice does not answer a request for medical advice."""
        other = given(2, data={"advice": "education"})
        assert rows(asked(1), other)[1].answers is None

    @pytest.mark.parametrize("state", ["superseded", "withdrawn"])
    def test_do_not_join_what_no_longer_counts(self, state):
        """A request taken back has no answer."""
        gone = asked(1) | {"state": state}
        assert rows(gone, given(2))[1].answers is None


def test_an_upper_bound_is_said_as_one():
    """Known only to have happened by a day, it says so."""
    assert rows(entry(1, occurredprecision="by"))[0].when == "By 2 March 2026"


def test_an_unknown_type_still_has_words():
    """A type newer than this page is shown, not dropped."""
    one = entry(1, type="ehcp.amended.v1")
    assert rows(one)[0].title == "EHC plan amended"
