"""The comparison: it finds what is said of the wrong child, or said otherwise."""

from dataclasses import replace

from tests.checker.compare import compare
from tests.unit.checker.planted import (
    changed_feed,
    changed_message,
    changed_timelines,
    kinds,
)


class TestMisattribution:
    """Something is said of the wrong child."""

    def test_in_timeline(self, honest):
        """An entry in another child's timeline is lost here and wrong there."""

        def move(timelines):
            """Move the last current entry of one child to another's end."""
            entries = timelines["c-3"]
            entry = [e for e in entries if e["state"] == "current"][-1]
            entries.remove(entry)
            timelines["c-5"].append(entry)

        found = kinds(changed_timelines(honest, move))
        assert {("lost", "timeline"), ("misattributed", "timeline")} <= found

    def test_personref(self, honest):
        """An event of the feed with another person's ref is found."""
        stranger = next(e for e in honest.feed if e["subject"] == "c-5")

        def change(feed):
            """Give one event of a child the other's ref."""
            one = next(e for e in feed if e["subject"] == "c-3")
            one["personref"] = stranger["personref"]

        assert ("misattributed", "feed") in kinds(changed_feed(honest, change))

    def test_unknown_personref(self, honest):
        """An event of the feed with a ref that is nobody's is found."""

        def change(feed):
            """Give one event a ref of its own."""
            feed[-1]["personref"] = "p-nobody"

        assert kinds(changed_feed(honest, change)) == {("misattributed", "feed")}

    def test_subject(self, honest):
        """An event of the feed that leads to another child is found."""

        def change(feed):
            """Give one event another child."""
            next(e for e in feed if e["subject"] == "c-3")["subject"] = "c-5"

        assert ("misattributed", "feed") in kinds(changed_feed(honest, change))

    def test_nowhere(self, honest):
        """An event of the feed whose child has no timeline with it is found."""

        def change(feed):
            """Give one event a child that nobody knows."""
            feed[-1]["subject"] = "c-nowhere"

        assert kinds(changed_feed(honest, change)) == {("misattributed", "feed")}

    def test_linked(self, honest):
        """Persons of two children that are said to be one child are found."""
        persons = [
            next(e for e in honest.feed if e["subject"] == ref)["personref"]
            for ref in ("c-3", "c-5")
        ]
        linked = {
            "id": "l1",
            "type": "person.linked.v1",
            "data": {"persons": persons, "child_ref": "c-9", "epoch": 2},
        }
        joined = replace(honest, feed=[*honest.feed, linked])
        assert kinds(joined) == {("misattributed", "feed")}

    def test_one_ref(self, honest):
        """Two children to whom the same reference leads are found."""
        found = {**honest.found, 3: honest.found[5]}
        assert {("lost", "timeline"), ("misattributed", "timeline")} <= kinds(
            replace(honest, found=found)
        )


class TestOther:
    """Whatever else is not as it was sent."""

    def test_extra(self, honest):
        """An entry or an event of our persons that nobody sent is extra."""
        invented = {**honest.feed[-1], "id": "zz", "occurred": "2026-11-23"}
        feed = replace(honest, feed=[*honest.feed, invented])
        assert kinds(feed) == {("extra", "feed")}
        entries = changed_timelines(honest, lambda ts: ts["c-3"].append(invented))
        assert ("extra", "timeline") in kinds(entries)

    def test_strangers(self, honest):
        """Events of persons that are not the load's, and our own, are left alone."""
        other = {**honest.feed[0], "id": "other", "personref": "p-x", "subject": "c-x"}
        clock = {"id": "k1", "type": "clock.started.v1"}
        assert compare(replace(honest, feed=[*honest.feed, other, clock])) == []

    def test_altered(self, honest):
        """An event that says another day than was sent is altered."""

        def change(feed):
            """Change the day of one."""
            feed[4]["occurred"] = "2020-01-01"

        assert ("altered", "feed") in kinds(changed_feed(honest, change))

    def test_late(self, honest):
        """An event of weeks ago that is not shown as late is found."""

        def change(timelines):
            """Show nothing as late."""
            for entries in timelines.values():
                for entry in entries:
                    entry["late"] = False

        assert kinds(changed_timelines(honest, change)) == {
            ("not-shown-late", "timeline")
        }

    def test_states(self, honest):
        """A message or an event that is refused or not finished is found."""

        def event_state(state):
            """Return a change of the events' states."""
            return lambda m: [e.update(state=state) for e in m["events"]]

        refused = changed_message(honest, event_state("refused"))
        waiting = changed_message(honest, event_state("translated"))
        held = changed_message(honest, lambda m: m.update(state="waiting"))
        assert kinds(refused) == {("refused", "messages")}
        assert kinds(waiting) == {("unfinished", "messages")}
        assert kinds(held) == {("unfinished", "messages")}

    def test_given_up(self, honest):
        """A request that nobody answered is said, and what it left is not extra."""
        given = honest.journal.acknowledged[-1]
        journal = replace(
            honest.journal,
            acknowledged=honest.journal.acknowledged[:-1],
            given_up=given.records,
        )
        assert kinds(replace(honest, journal=journal)) <= {("unacknowledged", "door")}
