"""Statutory clocks as the timeline page shows them: what is owed, by whom, by when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.runtime.pages import words

_OPEN: Final = frozenset({"running", "due_soon", "breached"})
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock in words."""

    title: str
    owner: str
    state: str
    """The state's code."""
    tag: str
    colour: str
    started: date
    due: date
    when: str
    """How far off the due date is: `Due in 9 days`, `12 days overdue`."""
    week: str | None
    """`Week 3 of 6`; None where the limit is not counted in weeks."""
    met_on: date | None
    explained: str | None
    regulation: str
    origin: str | None
    """Id of the entry on this page that started it."""

    @property
    def owed(self) -> bool:
        """Whether somebody still has to do what this clock waits for."""
        return self.state in _OPEN


def due_in_words(due: date, today: date) -> str:
    """Return how far *due* is from *today*."""
    left = (due - today).days
    if left < 0:
        return f"{words.days(-left)} overdue"
    return "Due today" if left == 0 else f"Due in {words.days(left)}"


def week_in_words(started: date, due: date, today: date) -> str | None:
    """Return which week of its limit a clock is in; None if the limit has no weeks."""
    weeks, rest = divmod((due - started).days, _WEEK)
    if rest or weeks < 1 or today < started:
        return None
    if today > due:
        return f"The limit was {weeks} weeks"
    return f"Week {min((today - started).days // _WEEK + 1, weeks)} of {weeks}"


def _explanation(value: object) -> str | None:
    """Return why a clock's lateness is excused, as far as anyone said."""
    if not value:
        return None
    if isinstance(value, Mapping):
        value = value.get("reason")
    return words.plain(value) if isinstance(value, str) else "Reason recorded"


def _optional_day(value: str | None) -> date | None:
    """Return the London date of *value*, if there is one."""
    return words.london(value) if value else None


def clock_row(
    clock: Mapping[str, Any],
    titles: Mapping[str, str],
    names: Mapping[str, str],
    today: date,
    shown: frozenset[str],
) -> ClockRow:
    """Return *clock* in words; *shown* holds the ids that a link may lead to."""
    started, due = words.london(clock["started"]), words.london(clock["due"])
    tag, colour = words.STATES[clock["state"]]
    return ClockRow(
        title=titles.get(clock["clock"], words.plain(clock["clock"])),
        owner=words.organisation(clock["owed_by"], names),
        state=clock["state"],
        tag=tag,
        colour=colour,
        started=started,
        due=due,
        when=due_in_words(due, today),
        week=week_in_words(started, due, today),
        met_on=_optional_day(clock.get("met_on")),
        explained=_explanation(clock.get("explained")),
        regulation=str(clock.get("regulation") or ""),
        origin=next((e for e in clock.get("events") or () if e in shown), None),
    )


def in_order_of_due(rows: Iterable[ClockRow]) -> list[ClockRow]:
    """Return *rows* with what is due first at the top."""
    return sorted(rows, key=lambda row: (row.due, row.title, row.owner))
