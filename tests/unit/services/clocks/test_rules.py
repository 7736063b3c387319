"""What has changed about a child's clocks is said once, each time under a new number."""

import json
from dataclasses import replace
from datetime import date

import pytest

from services.clocks import rules, translate
from tests.support.clocks import RULES, clocks, decided, final, requested
from tests.support.entries import entry, withdrawal

REQUEST = requested("2026-03-02")
DECIDED = decided("2026-04-01")
LATE = decided("2026-04-30")
REFUSED = decided("2026-04-01", data={"decision": "refuse"})


def clock(*entries, kind="ehcna.decision", today=date(2026, 3, 3)):
    """Return the one clock of *kind* that runs from these entries."""
    [found] = clocks(*entries, today=today)[kind]
    return found


def kept(one, number=1):
    """Return a clock as it is kept after *number* things were published of it."""
    after = rules.kept_after(rules.Change("started", one, number, "c"))
    return {one.id: replace(after, child="c")}


def gone_after(one, number):
    """Return a clock as it is kept once the *number*th thing said is that it is gone."""
    return rules.Kept(
        one.id, "", ended=True, changes=number, clock=one.clock, home="c-1"
    )


def said(before, *now):
    """Return kind and number of each thing there is to say."""
    found = rules.changes(before, now, "c-1")
    return [(change.kind, change.number) for change in found]


RUNNING = clock(REQUEST)
MET = clock(REQUEST, DECIDED)
MET_LATE = clock(REQUEST, LATE)
STOPPED = clock(REQUEST, REFUSED, kind="ehcp.final")
OPEN_PLAN = clock(REQUEST, kind="ehcp.final")


def test_a_new_clock_is_started():
    """The first thing said of a clock is that it runs."""
    assert said({}, RUNNING) == [("started", 1)]


@pytest.mark.parametrize(
    ("ended", "kind"), [(MET, "met"), (MET_LATE, "met_late"), (STOPPED, "stopped")]
)
def test_a_clock_that_begins_ended_is_said_both(ended, kind):
    """Where start and end come together, or out of order, both are told."""
    assert said({}, ended) == [("started", 1), (kind, 2)]


@pytest.mark.parametrize(
    ("ended", "kind", "running"),
    [
        (MET, "met", RUNNING),
        (MET_LATE, "met_late", RUNNING),
        (STOPPED, "stopped", OPEN_PLAN),
    ],
)
def test_a_running_clock_ends_once(ended, kind, running):
    """The end is told, and nothing when the same is counted again."""
    assert said(kept(running), ended) == [(kind, 2)]
    assert said(kept(ended, 2), ended) == []


def test_a_clock_counted_again_the_same_says_nothing():
    """Another day, or another event that does not touch it, is no change."""
    another_day = clock(REQUEST, today=date(2026, 4, 20))

    assert said(kept(RUNNING), another_day) == []


def test_a_correction_starts_it_again():
    """A clock whose start was mended is told anew under the next number."""
    mended = replace(RUNNING, started=date(2026, 3, 9), due=date(2026, 4, 20))

    assert said(kept(RUNNING, 3), mended) == [("started", 4)]


def test_a_clock_whose_end_is_withdrawn_runs_again():
    """It was met, and is not any more."""
    assert said(kept(MET, 2), RUNNING) == [("started", 3)]


def test_a_corrected_end_is_told_again():
    """Met on another day: a clock that had ended is told from its start."""
    assert said(kept(MET, 2), MET_LATE) == [("started", 3), ("met_late", 4)]


def test_a_clock_that_comes_back_goes_on_counting():
    """After a withdrawal its numbers are not used again."""
    gone = {RUNNING.id: gone_after(RUNNING, 4)}

    assert said(gone, RUNNING) == [("started", 5)]


def test_a_clock_that_moves_stays_in_its_lane():
    """All that is said of it is put where its beginning was, whose child it is today."""
    [first] = rules.changes({}, [RUNNING], "c-1")
    [met] = rules.changes({RUNNING.id: rules.kept_after(first)}, [MET], "c-2")

    assert (first.home, met.home) == ("c-1", "c-1")


def test_a_clock_without_a_start_is_gone_once():
    """What is kept and no longer counted is gone, unless that was said before."""
    before = kept(RUNNING) | kept(MET_LATE) | {"x": gone_after(MET, 4)}

    assert rules.gone(before, [RUNNING], {"c": RULES}) == []
    assert rules.gone(before, [], {"c": RULES}) == [RUNNING.id]


def test_a_clock_that_was_not_counted_is_not_gone():
    """Where only some kinds were counted again, the others stay as they are."""
    others = [rule for rule in RULES if rule.clock != "ehcna.decision"]

    assert rules.gone(kept(RUNNING), [], {"c": others}) == []


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-03-03", None),
        ("2026-04-05", None),
        ("2026-04-06", "due_soon"),
        ("2026-04-13", "due_soon"),
        ("2026-04-14", "breached"),
        ("2026-06-01", "breached"),
    ],
)
def test_a_warning_is_of_its_day(day, kind):
    """A week before it is due a decision is due soon; the day after, it is broken."""
    on = date.fromisoformat(day)

    assert rules.warning(clock(REQUEST, today=on), on) == kind


@pytest.mark.parametrize("ended", [MET, MET_LATE, STOPPED])
def test_nobody_is_warned_of_what_has_ended(ended):
    """Met, met late and stopped are past."""
    assert rules.warning(ended, date(2026, 4, 13)) is None


def test_every_change_has_an_id_of_its_own():
    """Clock, kind and number make the id, so that a repeat is the same event."""
    ids = {
        translate.own_id(one.id, kind, number)
        for one in (RUNNING, STOPPED)
        for kind in ("started", "met")
        for number in (1, 2)
    }
    assert len(ids) == 8
    assert translate.own_id(RUNNING.id, "started", 1) in ids


def test_a_clock_event_belongs_to_the_person_of_its_start():
    """Person, category, correlation and cause are those of the event that started it."""
    change = rules.Change("started", RUNNING, 1, "c-1")
    start = replace(REQUEST, personref="p-7", correlationid="c", causationid="m")
    told = translate.attributes(change, start, "c-1", at="2026-03-03T10:00:00.000000Z")

    assert (told["type"], told["subject"], told["personref"]) == (
        "clock.started.v1",
        "c-1",
        "p-7",
    )
    assert (told["correlationid"], told["causationid"]) == ("c", "m")
    assert told["category"] == start.category


def test_the_body_says_how_the_clock_stood():
    """State, day and number are of the moment at which it was told."""
    day = date(2026, 4, 14)
    warned = rules.Change("breached", clock(REQUEST, today=day), 3, "c-1")
    body = translate.body(warned, day)

    assert (body["state"], body["day"], body["revision"]) == (
        "breached",
        "2026-04-14",
        3,
    )
    assert body["due"] == "2026-04-13"


def test_what_is_taken_back_names_what_was_said():
    """A withdrawal carries the clock's last event under an id and a number of its own."""
    change = rules.Change("started", RUNNING, 1, "c-1")
    at = "2026-03-03T10:00:00.000000Z"
    told = translate.attributes(change, REQUEST, "c-1", at=at)
    body = translate.body(change, date(2026, 3, 3))
    later = "2026-03-04T10:00:00.000000Z"
    back, taken = translate.withdrawn(told, body, number=2, at=later)

    assert back["type"] == "clock.withdrawn.v1"
    assert back["id"] != told["id"]
    assert (back["personref"], back["time"]) == (told["personref"], later)
    assert (taken["change"], taken["revision"], taken["id"]) == (
        "withdrawn",
        2,
        RUNNING.id,
    )


@pytest.mark.parametrize("one", [RUNNING, MET, MET_LATE, STOPPED])
def test_what_was_published_says_what_to_keep(one):
    """Read back from the log, a clock is kept as it was when that was published."""
    change = rules.Change("started", one, 7, "c-1")
    body = json.loads(json.dumps(translate.body(change, date(2026, 3, 3))))

    assert rules.kept_of(body, "c-1") == rules.kept_after(change)


def test_a_withdrawn_clock_is_kept_as_gone():
    """Read back, it counts on from there if it comes again."""
    started = rules.Change("started", MET, 2, "c-1")
    body = translate.body(started, date(2026, 3, 3))
    _, taken_back = translate.withdrawn({}, body, number=3, at="2026-03-04T00:00:00Z")

    assert rules.kept_of(taken_back, "c-1") == gone_after(MET, 3)


def test_a_reason_is_said_once_and_starts_nothing_anew():
    """Dates and debtor are as they were, so nobody is warned again."""
    late = final("2026-12-01")
    why = final("2026-12-01", sourceversion=2, data={"week20_exception": True})
    before = clock(REQUEST, late, kind="ehcp.final")
    after = clock(REQUEST, late, why, kind="ehcp.final")

    assert said(kept(before, 2), after) == [("explained", 3)]
    assert said(kept(after, 3), after) == []
    assert after.revision == before.revision
    assert said(kept(after, 3), before) == [("explained", 4)]


def test_a_clock_that_lapses_says_that_it_stopped():
    """The day after its last day nothing is owed any more, and the tick says so once."""
    lapsed = clock(REQUEST, kind="ehcna.no_plan", today=date(2026, 6, 23))

    assert rules.warning(lapsed, date(2026, 6, 23)) == "stopped"
    assert rules.warning(STOPPED, date(2026, 6, 23)) is None


def test_what_started_before_its_source_was_live_is_not_warned_of():
    """A first load of old plans alarms nobody; the clock itself is as it is."""
    breached = clock(REQUEST, today=date(2026, 4, 14))
    live = {breached.source: date(2026, 3, 3)}

    assert rules.warning(breached, date(2026, 4, 14)) == "breached"
    assert rules.warning(breached, date(2026, 4, 14), live) is None
    assert rules.warning(breached, date(2026, 4, 14), {"urn:dfe:la:1": date.max})


def test_a_death_that_stands_ends_all_warnings():
    """One that was taken back does not."""
    died = entry("person.died.v1", "2026-06-01")

    assert rules.has_died([requested(), died])
    assert not rules.has_died([requested()])
    assert not rules.has_died([died, withdrawal(died)])
