"""Within a version of an event's type a change may only add optional fields."""

from copy import deepcopy

import pytest

from deploy import generate
from deploy.documents import events, released
from schemas.events import CATALOGUE

NAME = "ehcna.advice_requested.v1"
RELEASED = {NAME: events.schema_of(CATALOGUE[NAME])}
OPTIONAL = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}


@pytest.fixture
def now():
    """Yield the released schemas, to be changed."""
    return deepcopy(RELEASED)


def found(now):
    """Return field and rule of what *now* breaks."""
    return [(one.field, one.rule) for one in released.breaks(RELEASED, now)]


def test_the_catalogue_breaks_nothing_that_was_released():
    """Whoever reads a released schema can read today's events."""
    assert [str(one) for one in generate.broken(generate.CONTRACTS)] == []


def test_every_type_has_been_released():
    """The first release holds the whole catalogue; a later type is added freely."""
    kept = generate.CONTRACTS / "released" / "events"

    assert {path.parent.name for path in kept.glob("*/schema.json")} <= CATALOGUE.keys()
    assert any(kept.iterdir())


def test_an_optional_field_may_be_added(now):
    """A new field that nobody must send breaks nobody."""
    now[NAME]["properties"]["data"]["properties"]["urgency"] = OPTIONAL
    now["ehcna.new.v1"] = now[NAME]

    assert found(now) == []


def test_remarks_may_be_reworded(now):
    """Descriptions and titles are for people."""
    now[NAME]["title"] = "Advice was requested"
    now[NAME]["$defs"]["Person"]["description"] = "Another."
    del now[NAME]["properties"]["id"]["description"]

    assert found(now) == []


def test_a_field_that_must_be_sent_may_not_be_added(now):
    """Older publishers do not send it."""
    data = now[NAME]["properties"]["data"]
    data["properties"]["urgency"] = {"type": "string"}
    now[NAME]["anyOf"][-1]["properties"]["data"]["required"].append("urgency")

    assert found(now) == [("data.urgency", "a field that is added must be optional")]


def test_a_field_may_not_be_removed(now):
    """Somebody reads it."""
    del now[NAME]["properties"]["data"]["properties"]["received_on"]

    [(field, rule)] = found(now)

    assert field == "data.received_on"
    assert "never removed" in rule


def test_a_field_may_not_change(now):
    """A date that becomes an instant is another field."""
    sent = now[NAME]["properties"]["data"]["properties"]["sent_on"]
    sent["anyOf"][0]["format"] = "date-time"

    assert [field for field, _ in found(now)] == ["data.sent_on"]


def test_a_field_inside_a_part_may_not_change(now):
    """References are followed: the person is part of every event."""
    del now[NAME]["$defs"]["Person"]["properties"]["upn"]

    assert [field for field, _ in found(now)] == ["data.person.upn"]


def test_what_was_always_there_stays_required(now):
    """A reader that counts on a field may go on counting on it."""
    now[NAME]["anyOf"][-1]["properties"]["data"]["required"].remove("body")

    assert [field for field, _ in found(now)] == ["data.body"]


def test_a_word_may_not_be_added_to_a_list_of_words(now):
    """A reader that knows three sensitivities does not know a fourth."""
    now[NAME]["properties"]["sensitivity"]["enum"].append("secret")

    assert [field for field, _ in found(now)] == ["sensitivity"]


def test_constraints_of_an_object_stay(now):
    """A person whom nothing identifies is never let in later."""
    del now[NAME]["$defs"]["Person"]["anyOf"]

    assert [field for field, _ in found(now)] == ["data.person"]


def test_a_type_may_not_go():
    """A released type is published for ever, or replaced by its next version."""
    assert found({}) == [("", "the type is gone")]


def test_the_message_says_which_field_which_rule_and_who_breaks(now):
    """Whoever made the change learns whom to ask."""
    del now[NAME]["properties"]["data"]["properties"]["received_on"]

    [one] = released.breaks(RELEASED, now)

    assert str(one).startswith(f"{NAME}: data.received_on: a released field is never")
    for consumer in ("identity_linking", "clocks", "timeline", "delivery", "console"):
        assert consumer in str(one)
