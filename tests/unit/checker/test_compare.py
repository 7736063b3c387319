"""The comparison: silent where all is well, and it catches what is planted."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.checker.compare import compare
from tests.checker.evidence import Collected
from tests.checker.expect import expected

Event = dict[str, Any]


def _kinds(collected: Collected) -> set[tuple[str, str]]:
    """Return which kinds of finding there are, and where."""
    return {(finding.kind, finding.where) for finding in compare(collected)}


def _feed(honest: Collected, change: Callable[[list[Event]], object]) -> Collected:
    """Return the evidence with a changed feed."""
    feed = copy.deepcopy(list(honest.feed))
    change(feed)
    return replace(honest, feed=feed)


def _timelines(
    honest: Collected, change: Callable[[dict[str, list[Event]]], object]
) -> Collected:
    """Return the evidence with changed timelines."""
    timelines = copy.deepcopy(dict(honest.timelines))
    change(timelines)
    return replace(honest, timelines=timelines)


def _message(
    honest: Collected, change: Callable[[dict[str, Any]], object]
) -> Collected:
    """Return the evidence with the door's answer changed for one current record."""
    event = next(e for e in honest.feed if e["state"] == "current")
    messages = copy.deepcopy(dict(honest.messages))
    change(messages[event["causationid"]])
    return replace(honest, messages=messages)


def _twice(honest: Collected, door: str) -> tuple[int, int]:
    """Return the places in the feed of two messages of one person, one after other."""
    wanted = expected(honest)
    last: dict[str, int] = {}
    for place, event in enumerate(honest.feed):
        record = wanted.by_event[event["id"]].record
        before = last.get(record.person)
        if before is not None and record.door == door:
            earlier = honest.feed[before]
            if earlier["causationid"] != event["causationid"]:
                return before, place
        last[record.person] = place
    raise AssertionError("no person was spoken of twice")


def _swap(items: list[Event], one: int, other: int) -> None:
    """Exchange two."""
    items[one], items[other] = items[other], items[one]


class TestHonest:
    """Where nothing is wrong."""

    def test_silent(self, honest):
        """An exchange that keeps its promises gives no finding."""
        assert compare(honest) == []

    def test_covers(self, honest):
        """The evidence holds doubles, later versions and both doors."""
        effects = expected(honest).effects
        assert len(effects) == 400
        assert any(len(effect.messages) > 1 for effect in effects)
        assert any(not effect.latest for effect in effects)
        assert {effect.record.door for effect in effects} == {"education", "health"}


class TestDrop:
    """Something is missing."""

    def test_from_timeline(self, honest):
        """An entry that is missing from a timeline is lost."""

        def drop(timelines):
            """Take away a current entry."""
            entries = timelines["c-3"]
            entries.remove(next(e for e in entries if e["state"] == "current"))

        found = _kinds(_timelines(honest, drop))
        assert ("lost", "timeline") in found

    def test_from_feed(self, honest):
        """An event that is missing from the feed is lost, and nothing else is."""
        assert _kinds(_feed(honest, lambda feed: feed.pop(7))) == {("lost", "feed")}

    def test_superseded_from_feed(self, honest):
        """A subscriber is owed the version that was superseded later, too."""

        def drop(feed):
            """Take away a superseded event."""
            feed.remove(next(e for e in feed if e["state"] == "superseded"))

        assert _kinds(_feed(honest, drop)) == {("lost", "feed")}

    def test_message(self, honest):
        """An acknowledged message that its door does not know is lost."""
        ref = honest.feed[0]["causationid"]
        unknown = replace(honest, messages={**honest.messages, ref: None})
        assert ("lost", "messages") in _kinds(unknown)

    def test_item(self, honest):
        """An item of an array of which nothing was made is lost."""
        changed = _message(honest, lambda answer: answer["events"].clear())
        assert ("lost", "messages") in _kinds(changed)

    def test_child(self, honest):
        """A child whom no search finds has lost every entry."""
        found = {**honest.found, 3: frozenset()}
        assert _kinds(replace(honest, found=found)) == {("lost", "timeline")}

    def test_everything(self, honest):
        """An empty feed is not a clean one."""
        assert _kinds(replace(honest, feed=())) == {("lost", "feed")}


class TestDouble:
    """Something is there twice."""

    def test_in_timeline(self, honest):
        """An entry that stands twice is doubled."""

        def double(timelines):
            """Repeat the first current entry beside itself."""
            entries = timelines["c-3"]
            place = next(p for p, e in enumerate(entries) if e["state"] == "current")
            entries.insert(place, dict(entries[place]))

        assert _kinds(_timelines(honest, double)) == {("doubled", "timeline")}

    def test_in_feed(self, honest):
        """An event that the feed gives twice is doubled."""
        again = _feed(honest, lambda feed: feed.insert(8, dict(feed[7])))
        assert ("doubled", "feed") in _kinds(again)

    def test_new_request_id(self, honest):
        """A record sent under two request ids that has two effects is doubled."""
        wanted = expected(honest)
        effect = next(e for e in wanted.effects if len(e.messages) > 1 and e.latest)
        [event] = effect.ids
        kept = next(e for e in honest.feed if e["id"] == event)
        second = next(ref for ref in effect.messages if ref != kept["causationid"])
        twin = {**kept, "id": "twin", "causationid": second}
        messages = copy.deepcopy(dict(honest.messages))
        for made in messages[second]["events"]:
            made["id"] = "twin" if made["id"] == event else made["id"]
        timelines = copy.deepcopy(dict(honest.timelines))
        timelines[kept["subject"]].append(twin)
        found = _kinds(
            replace(
                honest,
                messages=messages,
                timelines=timelines,
                feed=[*honest.feed, twin],
            )
        )
        assert {("doubled", "timeline"), ("doubled", "feed")} <= found

    def test_stale(self, honest):
        """A version that stands beside the later one is stale."""

        def revive(timelines):
            """Let a superseded entry stand."""
            for entries in timelines.values():
                for entry in entries:
                    entry["supersededby"], entry["state"] = None, "current"

        assert _kinds(_timelines(honest, revive)) == {("stale", "timeline")}


class TestSwap:
    """Something is out of order."""

    def test_in_feed(self, honest):
        """Two events of one person in the wrong order are found, at either door."""
        for door in ("education", "health"):
            one, other = _twice(honest, door)
            swapped = _feed(honest, lambda feed, a=one, b=other: _swap(feed, a, b))
            assert _kinds(swapped) == {("out-of-order", "feed")}

    def test_strangers(self, honest):
        """Two events of different persons may stand either way round."""
        place = next(
            p
            for p, event in enumerate(honest.feed)
            if event["personref"] != honest.feed[p + 1]["personref"]
        )
        swapped = _feed(honest, lambda feed: _swap(feed, place, place + 1))
        assert compare(swapped) == []

    def test_in_timeline(self, honest):
        """Two neighbours of a timeline in the wrong order are found."""
        swapped = _timelines(honest, lambda timelines: _swap(timelines["c-3"], 4, 5))
        assert _kinds(swapped) == {("out-of-order", "timeline")}

    def test_by_time(self, honest):
        """Where day is equal, the time of hearing decides, and it is looked at."""

        def swap(timelines):
            """Exchange the first two that happened at the same time."""
            entries = timelines["c-3"]
            place = next(
                p
                for p, entry in enumerate(entries)
                if entry["occurred"] == entries[p + 1]["occurred"]
            )
            _swap(entries, place, place + 1)

        assert _kinds(_timelines(honest, swap)) == {("out-of-order", "timeline")}

    def test_heard(self, honest):
        """A time that goes back within a person is found, in feed and timeline."""
        _, later = _twice(honest, "education")
        event = honest.feed[later]["id"]

        def backdate(events):
            """Say that the later message was heard first of all."""
            for one in events:
                if one["id"] == event:
                    one["time"] = "2026-11-23T08:00:00+00:00"

        assert _kinds(_feed(honest, backdate)) == {("out-of-order", "feed")}
        changed = _timelines(honest, lambda ts: [backdate(e) for e in ts.values()])
        assert ("out-of-order", "timeline") in _kinds(changed)


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

        found = _kinds(_timelines(honest, move))
        assert {("lost", "timeline"), ("misattributed", "timeline")} <= found

    def test_personref(self, honest):
        """An event of the feed with another person's ref is found."""
        stranger = next(e for e in honest.feed if e["subject"] == "c-5")

        def change(feed):
            """Give one event of a child the other's ref."""
            one = next(e for e in feed if e["subject"] == "c-3")
            one["personref"] = stranger["personref"]

        assert ("misattributed", "feed") in _kinds(_feed(honest, change))

    def test_subject(self, honest):
        """An event of the feed that leads to another child is found."""

        def change(feed):
            """Give one event another child."""
            next(e for e in feed if e["subject"] == "c-3")["subject"] = "c-5"

        assert ("misattributed", "feed") in _kinds(_feed(honest, change))

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
        assert _kinds(joined) == {("misattributed", "feed")}

    def test_one_ref(self, honest):
        """Two children to whom the same reference leads are found."""
        found = {**honest.found, 3: honest.found[5]}
        assert {("lost", "timeline"), ("misattributed", "timeline")} <= _kinds(
            replace(honest, found=found)
        )


class TestOther:
    """Whatever else is not as it was sent."""

    def test_extra(self, honest):
        """An entry or an event of our persons that nobody sent is extra."""
        invented = {**honest.feed[-1], "id": "zz", "occurred": "2026-11-23"}
        feed = replace(honest, feed=[*honest.feed, invented])
        assert _kinds(feed) == {("extra", "feed")}
        entries = _timelines(honest, lambda ts: ts["c-3"].append(invented))
        assert ("extra", "timeline") in _kinds(entries)

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

        assert ("altered", "feed") in _kinds(_feed(honest, change))

    def test_late(self, honest):
        """An event of weeks ago that is not shown as late is found."""

        def change(timelines):
            """Show nothing as late."""
            for entries in timelines.values():
                for entry in entries:
                    entry["late"] = False

        assert _kinds(_timelines(honest, change)) == {("not-shown-late", "timeline")}

    def test_states(self, honest):
        """A message or an event that is refused or not finished is found."""

        def event_state(state):
            """Return a change of the events' states."""
            return lambda m: [e.update(state=state) for e in m["events"]]

        refused = _message(honest, event_state("refused"))
        waiting = _message(honest, event_state("translated"))
        held = _message(honest, lambda m: m.update(state="waiting"))
        assert _kinds(refused) == {("refused", "messages")}
        assert _kinds(waiting) == {("unfinished", "messages")}
        assert _kinds(held) == {("unfinished", "messages")}

    def test_given_up(self, honest):
        """A request that nobody answered is said, and what it left is not extra."""
        given = honest.journal.acknowledged[-1]
        journal = replace(
            honest.journal,
            acknowledged=honest.journal.acknowledged[:-1],
            given_up=given.records,
        )
        assert _kinds(replace(honest, journal=journal)) <= {("unacknowledged", "door")}
