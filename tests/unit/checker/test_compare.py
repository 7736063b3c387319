"""The comparison: silent where all is well; it finds drops, doubles and swaps."""

import copy
from dataclasses import replace

from tests.checker.compare import compare
from tests.checker.expect import expected
from tests.unit.checker.planted import (
    changed_feed,
    changed_message,
    changed_timelines,
    kinds,
    spoken_of_twice,
    swap,
)


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

        found = kinds(changed_timelines(honest, drop))
        assert ("lost", "timeline") in found

    def test_from_feed(self, honest):
        """An event that is missing from the feed is lost, and nothing else is."""
        assert kinds(changed_feed(honest, lambda feed: feed.pop(7))) == {
            ("lost", "feed")
        }

    def test_superseded_from_feed(self, honest):
        """A subscriber is owed the version that was superseded later, too."""

        def drop(feed):
            """Take away a superseded event."""
            feed.remove(next(e for e in feed if e["state"] == "superseded"))

        assert kinds(changed_feed(honest, drop)) == {("lost", "feed")}

    def test_message(self, honest):
        """An acknowledged message that its door does not know is lost."""
        ref = honest.feed[0]["causationid"]
        unknown = replace(honest, messages={**honest.messages, ref: None})
        assert ("lost", "messages") in kinds(unknown)

    def test_item(self, honest):
        """An item of an array of which nothing was made is lost."""
        changed = changed_message(honest, lambda answer: answer["events"].clear())
        assert ("lost", "messages") in kinds(changed)

    def test_child(self, honest):
        """A child whom no search finds has lost every entry."""
        found = {**honest.found, 3: frozenset()}
        assert kinds(replace(honest, found=found)) == {("lost", "timeline")}

    def test_everything(self, honest):
        """An empty feed is not a clean one."""
        assert kinds(replace(honest, feed=())) == {("lost", "feed")}


class TestDouble:
    """Something is there twice."""

    def test_in_timeline(self, honest):
        """An entry that stands twice is doubled."""

        def double(timelines):
            """Repeat the first current entry beside itself."""
            entries = timelines["c-3"]
            place = next(p for p, e in enumerate(entries) if e["state"] == "current")
            entries.insert(place, dict(entries[place]))

        assert kinds(changed_timelines(honest, double)) == {("doubled", "timeline")}

    def test_in_feed(self, honest):
        """An event that the feed gives twice is doubled."""
        again = changed_feed(honest, lambda feed: feed.insert(8, dict(feed[7])))
        assert ("doubled", "feed") in kinds(again)

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
        found = kinds(
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

        assert kinds(changed_timelines(honest, revive)) == {("stale", "timeline")}


class TestSwap:
    """Something is out of order."""

    def test_in_feed(self, honest):
        """Two events of one person in the wrong order are found, at either door."""
        for door in ("education", "health"):
            one, other = spoken_of_twice(honest, door)
            swapped = changed_feed(
                honest, lambda feed, a=one, b=other: swap(feed, a, b)
            )
            assert kinds(swapped) == {("out-of-order", "feed")}

    def test_in_array(self, honest):
        """Two events of one person that came in one array keep its order."""
        one, other = spoken_of_twice(honest, "education", at_once=True)
        swapped = changed_feed(honest, lambda feed: swap(feed, one, other))
        assert kinds(swapped) == {("out-of-order", "feed")}

    def test_strangers(self, honest):
        """Two events of different persons may stand either way round."""
        place = next(
            p
            for p, event in enumerate(honest.feed)
            if event["personref"] != honest.feed[p + 1]["personref"]
        )
        swapped = changed_feed(honest, lambda feed: swap(feed, place, place + 1))
        assert compare(swapped) == []

    def test_in_timeline(self, honest):
        """Two neighbours of a timeline in the wrong order are found."""
        swapped = changed_timelines(
            honest, lambda timelines: swap(timelines["c-3"], 4, 5)
        )
        assert kinds(swapped) == {("out-of-order", "timeline")}

    def test_by_time(self, honest):
        """Where day is equal, the time of hearing decides, and it is looked at."""

        def exchange(timelines):
            """Exchange the first two that happened at the same time."""
            entries = timelines["c-3"]
            place = next(
                p
                for p, entry in enumerate(entries)
                if entry["occurred"] == entries[p + 1]["occurred"]
            )
            swap(entries, place, place + 1)

        assert kinds(changed_timelines(honest, exchange)) == {
            ("out-of-order", "timeline")
        }

    def test_heard(self, honest):
        """A time that goes back within a person is found, in feed and timeline."""
        _, later = spoken_of_twice(honest, "education")
        event = honest.feed[later]["id"]

        def backdate(events):
            """Say that the later message was heard first of all."""
            for one in events:
                if one["id"] == event:
                    one["time"] = "2026-11-23T08:00:00+00:00"

        assert kinds(changed_feed(honest, backdate)) == {("out-of-order", "feed")}
        changed = changed_timelines(
            honest, lambda ts: [backdate(e) for e in ts.values()]
        )
        assert ("out-of-order", "timeline") in kinds(changed)
