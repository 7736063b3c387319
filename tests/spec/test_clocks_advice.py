"""Each body that is asked for advice has weeks of its own."""

from datetime import date

import pytest

from tests.support.clocks import ACUTE, advice, asked, clocks, receipt, the
from tests.support.entries import COUNCIL, TRUST, withdrawal


class TestAdvice:
    """Each body has six weeks from the day on which the request reached it."""

    def test_counts_from_receipt(self):
        """Sent on 10 December, received on the 14th: due on 25 January."""
        clock = the(
            "ehcna.advice",
            asked("2026-12-10", data={"sent_on": "2026-12-10"}),
            receipt("2026-12-14"),
        )

        assert clock.started == date(2026, 12, 14)
        assert clock.due == date(2027, 1, 25)

    @pytest.mark.parametrize(
        ("given", "state"), [("2027-01-25", "met"), ("2027-01-26", "met_late")]
    )
    def test_last_day(self, given, state):
        """Advice of the last day is in time; a day later it is late."""
        request = asked("2026-12-10", received_on="2026-12-14")

        assert the("ehcna.advice", request, advice(given)).state == state

    def test_not_started_before_receipt_is_known(self):
        """Nobody is late with what nobody says that it received."""
        assert "ehcna.advice" not in clocks(asked(), today=date(2027, 1, 1))

    def test_receipt_alone_starts_nothing(self):
        """Where the council took its request back, the receipt runs no clock."""
        request = asked()

        found = clocks(request, receipt("2026-03-04"), withdrawal(request))

        assert "ehcna.advice" not in found

    @pytest.mark.parametrize(
        ("council_says", "body_says", "started"),
        [
            ("2026-03-04", "2026-03-09", "2026-03-04"),
            ("2026-03-09", "2026-03-04", "2026-03-04"),
        ],
    )
    def test_earlier_statement_of_receipt_holds(self, council_says, body_says, started):
        """No later statement takes time from the child, whoever makes it."""
        clock = the("ehcna.advice", asked(received_on=council_says), receipt(body_says))

        assert clock.started == date.fromisoformat(started)
        assert len(clock.events) == 1 + (body_says == started)

    def test_receipt_states_its_own_day(self):
        """A receipt reported later counts from the day that it states."""
        told = receipt("2026-03-20", data={"received_on": "2026-03-04"})

        assert the("ehcna.advice", asked(), told).started == date(2026, 3, 4)

    @pytest.mark.parametrize(
        ("talk", "day", "started"),
        [
            ("ask", "2026-03-08", [date(2026, 3, 8)]),
            ("ask", "2026-03-02", [date(2026, 3, 2)]),
            ("ask", "2026-03-01", []),
            ("another", "2026-03-08", []),
        ],
    )
    def test_a_day_of_receipt_may_be_written_down_wrong(self, talk, day, started):
        """Named by its correlation id, a receipt of just before the sending counts."""
        entries = [
            asked("2026-03-09", correlationid="ask"),
            receipt(day, correlationid=talk),
        ]

        found = clocks(*entries, today=date(2026, 3, 20)).get("ehcna.advice", [])

        assert [clock.started for clock in found] == started

    def test_a_second_receipt_of_one_request_starts_no_other(self):
        """Each request of one correlation id has its own receipt, and none is left."""
        entries = [
            asked("2026-03-02", correlationid="case"),
            receipt("2026-03-03", correlationid="case"),
            asked("2026-06-01", correlationid="case"),
            receipt("2026-05-10", correlationid="case"),
        ]

        started = [clock.started for clock in clocks(*entries)["ehcna.advice"]]

        assert started == [date(2026, 3, 3)]

    def test_receipt_of_another_body_is_not_its_own(self):
        """One body's receipt does not start another's weeks."""
        assert "ehcna.advice" not in clocks(asked(), receipt("2026-03-04", body=ACUTE))

    def test_each_body_has_its_own_clock(self):
        """What one body gives does not meet what another owes."""
        entries = [
            asked(received_on="2026-03-03"),
            asked(body=ACUTE, received_on="2026-03-03"),
            advice("2026-03-20", body=ACUTE),
        ]

        found = {c.owed_by: c.met_on for c in clocks(*entries)["ehcna.advice"]}

        assert found == {TRUST: None, ACUTE: date(2026, 3, 20)}

    def test_council_may_say_who_gave_it(self):
        """Advice that the council logs counts for the body it names."""
        logged = advice("2026-03-20", body=COUNCIL, data={"body": TRUST})

        assert the("ehcna.advice", asked(received_on="2026-03-03"), logged).met_on

    def test_limbs_of_one_body_are_apart(self):
        """Medical advice does not meet the request for educational advice."""
        entries = [
            asked(received_on="2026-03-03", data={"advice": "education"}),
            asked(received_on="2026-03-03", data={"advice": "medical"}),
            advice("2026-03-20", data={"advice": "medical"}),
        ]

        met = [c.met_on for c in clocks(*entries)["ehcna.advice"]]

        assert sorted(met, key=str) == [date(2026, 3, 20), None]

    def test_one_correlation_id_for_a_whole_case(self):
        """Bodies asked under one correlation id still answer for themselves."""
        entries = [
            asked(received_on="2026-03-03", correlationid="case"),
            asked(body=ACUTE, received_on="2026-03-03", correlationid="case"),
            advice("2026-03-20", body=ACUTE, correlationid="case"),
        ]

        found = {c.owed_by: c.met_on for c in clocks(*entries)["ehcna.advice"]}

        assert found == {TRUST: None, ACUTE: date(2026, 3, 20)}
