"""Records of every topic as rows of the ledger: what is kept of each, and what never is."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from schemas import topics
from services.console import translate
from tests.unit.services.console import records
from tests.unit.services.console.records import (
    CHILD,
    CLOCK,
    COUNCIL,
    EVENT,
    MESSAGE,
    OTHER_EVENT,
    PERSON,
    REQUEST,
    TRUST,
)

REFUSED_AT = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)


class TestHop:
    """One row a message a hop."""

    def test_of_an_item_is_found_by_message_request_correlation_and_person(self):
        """What a sender knows of its message leads to it."""
        row = translate.hop(records.inbound())
        assert (row.state, row.reason) == ("received", None)
        assert (row.message_ref, row.place) == (MESSAGE, 0)
        assert row.request_id == REQUEST
        assert row.correlation_id == records.CORRELATION
        assert row.person_ref == PERSON[2:]
        assert row.event_id is None

    def test_says_where_and_when_the_record_lies(self):
        """Topic, partition, offset and Kafka's own time are those of the record."""
        row = translate.hop(records.inbound())
        assert (row.topic, row.partition, row.position) == ("education.inbound", 3, 7)
        assert row.at == datetime.fromtimestamp(records.AT_MS / 1000, UTC)

    def test_of_a_translated_event_is_found_by_its_id(self):
        """The event's own id is there, and its request is that of its message."""
        row = translate.hop(records.translated())
        assert (row.state, row.event_id) == ("translated", EVENT)
        assert row.correlation_id == records.CORRELATION
        assert row.request_id is None

    def test_of_a_linked_event_is_found_by_its_child_and_its_item(self):
        """The rest is found through the item, which costs no index entry."""
        row = translate.hop(records.linked())
        assert (row.state, row.event_id, row.place) == ("linked", EVENT, 0)
        assert row.child_ref == CHILD[2:]
        assert row.correlation_id is None

    def test_of_a_linked_event_without_a_place_keeps_its_correlation(self):
        """What no item leads to is found by what it says itself."""
        said = records.record(
            topics.EVENTS_LINKED,
            {k: v for k, v in records.LINKED.items() if k != "place"},
        )
        assert translate.hop(said).correlation_id == records.CORRELATION

    def test_of_a_clock_tells_what_happened_and_names_the_events_it_rests_on(self):
        """A warning is found from the event that started its clock."""
        row = translate.hop(records.clock([EVENT, OTHER_EVENT]))
        assert (row.state, row.event_id) == ("due_soon", CLOCK)
        assert row.mentions == [EVENT, OTHER_EVENT]

    def test_of_a_delivery_tells_the_result_the_subscriber_and_the_events(self):
        """Who was given what is found from the event."""
        row = translate.hop(records.delivered([EVENT]))
        assert (row.state, row.reason) == ("given", TRUST)
        assert row.mentions == [EVENT]

    def test_of_a_link_decision_names_its_persons_and_itself(self):
        """A decision about several persons is found from each of them."""
        row = translate.hop(records.person_linked([PERSON]))
        assert row.mentions == sorted([OTHER_EVENT, PERSON[2:]])

    def test_of_a_refusal_tells_the_reason(self):
        """The reason stands in the trace."""
        row = translate.hop(records.refused(at=REFUSED_AT))
        assert (row.state, row.reason) == ("refused", "unknown-type")
        assert (row.message_ref, row.request_id) == (MESSAGE, REQUEST)

    @pytest.mark.parametrize(
        "value",
        [b"", b"[1]", b"\xff"]
        + [
            b'{"events": %s}' % said
            for said in (b"null", b"7", b'"x"', b'["x", 1, []]')
        ],
    )
    def test_of_a_body_that_cannot_be_read_mentions_nothing(self, value):
        """The console refuses nothing: it is the last to look."""
        said = records.record(topics.DELIVERIES_ATTEMPTED, records.DELIVERED, value)
        row = translate.hop(said)
        assert (row.state, row.mentions) == ("attempted", None)

    @pytest.mark.parametrize(
        "said", ["", "not-a-uuid", "9991234519", "\x00", MESSAGE[:-1]]
    )
    def test_leaves_out_ids_that_are_none_of_ours(self, said):
        """Neither a sender's number nor a broken header becomes part of the ledger."""
        changes = dict.fromkeys(
            ("causationid", "correlationid", "requestid", "place", "personref"), said
        )
        row = translate.hop(records.inbound(**changes))
        assert [row.message_ref, row.correlation_id, row.request_id] == [None] * 3
        assert row.person_ref is None
        assert row.place is None

    def test_of_a_clock_of_no_known_type_has_a_state(self):
        """A type without dots is still a change, and NUL never reaches the database."""
        said = records.record(topics.CLOCKS_CHANGED, {"type": "clock\x00"})
        assert translate.hop(said).state == "changed"


class TestRefusal:
    """What is kept of a record that could not be used."""

    def test_keeps_reason_place_and_bytes(self):
        """All that a replay and a person need."""
        kept = translate.refusal(records.refused(at=REFUSED_AT))
        assert (kept.reason, kept.rule, kept.where) == (
            "unknown-type",
            "a rule",
            "/type",
        )
        assert (kept.topic, kept.partition, kept.position) == (
            "education.inbound",
            3,
            7,
        )
        assert kept.at == REFUSED_AT
        assert kept.message_ref == UUID(MESSAGE)
        assert (kept.key, kept.value) == (b"p-1", b'{"secret": "Vale"}')
        assert kept.state == "new"

    def test_keeps_that_an_item_never_reached_its_topic(self):
        """A door's refusal has no partition and no offset."""
        kept = translate.refusal(
            records.refused(at=REFUSED_AT, place=("health.inbound", -1, -1))
        )
        assert (kept.topic, kept.partition, kept.position) == ("health.inbound", -1, -1)

    def test_is_another_one_when_a_replay_is_refused_again(self):
        """Each attempt that fails can be replayed once."""
        first = translate.refusal(records.refused(at=REFUSED_AT))
        second = translate.refusal(records.refused(at=REFUSED_AT, attempt=1))
        assert first.ref != second.ref
        assert (first.attempt, second.attempt) == (0, 1)

    def test_of_a_record_that_says_nothing_has_a_reference_of_its_own(self):
        """Two such records are two refused messages."""
        found = [
            translate.refusal(records.record(topics.REFUSED, {}, offset=offset))
            for offset in (1, 2)
        ]
        assert found[0].ref != found[1].ref
        assert (found[0].topic, found[0].position) == ("", -1)


class TestAgain:
    """The headers under which a person's replay is published."""

    def test_are_the_original_ones_with_the_attempt_raised(self):
        """Nothing of the refusal itself goes along."""
        kept = translate.refusal(records.refused(at=REFUSED_AT))
        headers = translate.again(kept)
        original = records.inbound().headers
        assert headers == [*original, ("ce_attempt", b"1")]

    def test_raise_an_attempt_that_was_raised_before(self):
        """The attempt stands there once."""
        kept = translate.refusal(records.refused(at=REFUSED_AT, attempt=4))
        attempts = [h for h in translate.again(kept) if h[0] == "ce_attempt"]
        assert attempts == [("ce_attempt", b"5")]


class TestHeard:
    """When a source was last heard at a door."""

    def test_is_the_latest_time_at_which_a_door_took_something(self):
        """Whatever the order in which partitions are read."""
        times = ("2026-03-02T09:00:00Z", "2026-03-04T09:00:00Z", "2026-03-03T09:00:00Z")
        found = translate.heard([records.inbound(time=time) for time in times])
        assert found == {COUNCIL: datetime(2026, 3, 4, 9, tzinfo=UTC)}

    def test_counts_what_was_refused_at_the_door(self):
        """A source that sends rubbish is not silent."""
        assert COUNCIL in translate.heard([records.refused(at=REFUSED_AT)])

    def test_does_not_count_our_own_events(self):
        """A clock that ticks is no sign of life of an agency."""
        own = [records.clock(), records.delivered(), records.translated()]
        assert translate.heard(own) == {}

    def test_is_kafkas_time_where_the_door_said_none(self):
        """A time that cannot be read loses nothing."""
        found = translate.heard([records.inbound(time="soon")])
        assert found[COUNCIL] == datetime.fromtimestamp(records.AT_MS / 1000, UTC)
