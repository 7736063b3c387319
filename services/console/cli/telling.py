"""A timeline as text."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from schemas.events import CATALOGUE

Json = Mapping[str, Any]

_STANDS: Final = "linked"


def timeline(said: Json) -> str:
    """Return a child's timeline in lines: clocks, entries, then who was heard when."""
    parts = (
        [f"Child {said['child_ref']}, as of {said['as_of']}"],
        _section("Clocks", [_clock(clock) for clock in said["clocks"]]),
        _section("Entries", [_entry(entry) for entry in said["entries"]]),
        _section("Last heard", [_source(source) for source in said["sources"]]),
    )
    return "\n".join(line for part in parts for line in part)


def _section(title: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield a heading and *rows* in columns as wide as their widest cell."""
    cells = list(rows) or [("none",)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    yield f"\n{title}"
    for row in cells:
        padded = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(padded).rstrip()


def _clock(clock: Json) -> tuple[str, ...]:
    """Return the cells of one clock."""
    title = clock.get("title") or clock["clock"]
    state = str(clock["state"]).replace("_", " ")
    return f"due {clock['due']}", state, title, f"owed by {clock['owed_by']}"


def _entry(entry: Json) -> tuple[str, ...]:
    """Return the cells of one entry."""
    marks = [entry["state"]] if entry["state"] != _STANDS else []
    marks += ["late"] if entry["late"] else []
    known = CATALOGUE.get(entry["type"])
    title = known.title if known else entry["type"]
    return entry["occurred"], title, entry["source"], ", ".join(marks)


def _source(source: Json) -> tuple[str, ...]:
    """Return the cells of one source."""
    heard = source["last_heard"] or "never" if source["connected"] else "not connected"
    return source["name"], heard
