"""A digest counts what its reader owes, and says nothing of any child."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from pydantic import ValidationError

from schemas.agreement import DigestTo, Recipient
from services.clocks import rules, translate
from tests.support.clocks import RULES, advice, asked, receipt, requested
from tests.support.entries import COUNCIL, TRUST

ASKED = asked("2026-03-02")
ARRIVED = receipt("2026-03-04")
REQUEST = requested("2026-03-02")
NURSERY = Recipient(
    org="urn:dfe:urn:519001", name="Øtters", role="setting", address="o@otters.example"
)
AT = datetime(2026, 3, 2, 7, tzinfo=UTC)


def owing(org, day, *entries, live_from=None):
    """Return what *org* owes on a day in March or April 2026."""
    return dict(
        rules.owing(entries, RULES, org, date.fromisoformat(day), live_from or {})
    )


@pytest.mark.parametrize(
    ("org", "day", "entries", "expected"),
    [
        (TRUST, "2026-03-03", [ASKED], {"acknowledge": 1}),
        (COUNCIL, "2026-03-03", [ASKED], {}),
        (COUNCIL, "2026-03-10", [ASKED], {"unacknowledged": 1}),
        (TRUST, "2026-03-10", [ASKED, ARRIVED], {"answer": 1}),
        (TRUST, "2026-05-01", [ASKED, ARRIVED], {"answer": 1, "overdue": 1}),
        (COUNCIL, "2026-03-05", [REQUEST], {}),
        (COUNCIL, "2026-04-10", [REQUEST], {"due_soon": 1}),
        (COUNCIL, "2026-04-20", [REQUEST], {"breached": 1}),
        (TRUST, "2026-04-20", [REQUEST], {}),
    ],
)
def test_each_step_is_counted_for_who_owes_it(org, day, entries, expected):
    """The body acknowledges and answers, the council hears of silence and of clocks."""
    assert owing(org, day, *entries) == expected


def test_what_began_before_its_source_was_live_is_left_out():
    """A first load of everything writes to nobody."""
    live = {COUNCIL: date(2026, 3, 3)}
    assert owing(TRUST, "2026-05-01", ASKED, REQUEST, live_from=live) == {}
    assert owing(COUNCIL, "2026-05-01", ASKED, REQUEST, live_from=live) == {}


def letter(numbers, to=NURSERY):
    """Return a digest as a mail program reads it."""
    raw = translate.digest(
        to, date(2026, 3, 2), numbers, sender="t@x.example", link="http://x/owed", at=AT
    )
    assert raw.isascii()
    return message_from_bytes(raw, policy=default)


def test_a_digest_holds_numbers_and_one_link():
    """Nothing else is in it, and no line for what is not owed."""
    read = letter({"answer": 3, "overdue": 1, "breached": 0})
    lines = [line.split() for line in read.get_content().splitlines()]
    assert read["To"] == "o@otters.example"
    assert read.get_content().startswith("What Øtters owes, as it stood on 2026-03-02:")
    assert [line[0] for line in lines if line and line[0].isdigit()] == ["3", "1"]
    assert "http://x/owed" in read.get_content()


def test_a_digest_has_one_id_a_day_and_recipient():
    """What is sent twice is known by it."""
    first = letter({"answer": 1})["Message-ID"]
    other = Recipient(**NURSERY.model_dump() | {"role": "senco"})
    assert letter({"answer": 2})["Message-ID"] == first
    assert letter({"answer": 1}, other)["Message-ID"] != first


@pytest.mark.parametrize(
    "address", ["nobody", "a@b@c", "a b@c", "a@b\r\nBcc: d@e", "A <a@b.example>"]
)
def test_an_address_is_one_address(address):
    """Nothing that could be another header, or a second recipient."""
    with pytest.raises(ValidationError):
        DigestTo(role="setting", address=address)


def test_nothing_is_counted_of_what_is_answered():
    """Advice that came ends both the request and its silence."""
    given = advice("2026-03-20")
    assert owing(TRUST, "2026-05-01", ASKED, ARRIVED, given) == {}
