"""One function a page: from its model to HTML text."""

from typing import Any

from services.runtime.pages import clocks, entries, sources, words
from services.runtime.pages.environment import render
from services.runtime.pages.models import (
    ConsolePage,
    MessagePage,
    SearchPage,
    SignInPage,
    TimelinePage,
    Viewer,
)


def _clock_rows(model: TimelinePage) -> list[clocks.ClockRow]:
    """Return the clocks of the page in words, what is due first at the top."""
    shown = frozenset(entry["id"] for entry in model["timeline"]["entries"])
    day = model.get("counted_on", model["today"])
    rows = (
        clocks.clock_row(clock, model["titles"], model["names"], day, shown)
        for clock in model["timeline"]["clocks"]
    )
    return clocks.in_order_of_due(rows)


def _unread(model: TimelinePage) -> list[tuple[str, str]]:
    """Return who sent each message that could not be read, and when it was heard."""
    return [
        (words.organisation(entry["source"], model["names"]), entry["time"])
        for entry in model.get("unread", ())
    ]


def _timeline_rows(model: TimelinePage) -> dict[str, Any]:
    """Return everything on the timeline page that is worked out from its model."""
    timeline, rows = model["timeline"], _clock_rows(model)
    told = entries.EntryWords(timeline["entries"], model["titles"], model["names"])
    return {
        "owed": [row for row in rows if row.owed],
        "clocks": rows,
        "entries": told.rows(),
        "unread": _unread(model),
        "heard": sources.heard(timeline["sources"], model["today"]),
        "not_connected": sources.not_connected(timeline["sources"]),
    }


def timeline(model: TimelinePage) -> str:
    """Return one child's timeline."""
    return render(
        "timeline.html",
        viewer=model["viewer"],
        child_ref=model["timeline"]["child_ref"],
        as_of=model["timeline"]["as_of"],
        as_known_on=model["as_known_on"],
        today=model["today"],
        counted_on=model.get("counted_on", model["today"]),
        **_timeline_rows(model),
    )


def search(model: SearchPage) -> str:
    """Return the form that finds a child."""
    return render("search.html", **model)


def sign_in(model: SignInPage) -> str:
    """Return the development sign-in."""
    return render("sign_in.html", **model)


def message(model: MessagePage) -> str:
    """Return the receipt of one message."""
    return render("message.html", **model)


def console(model: ConsolePage) -> str:
    """Return the operations page."""
    found = sources.heard(model["sources"], model["today"])
    absent = sources.not_connected(model["sources"])
    return render("console.html", **model, heard=found, not_connected=absent)


def not_found(viewer: Viewer | None = None) -> str:
    """Return the one page for what is not there, not linked and not permitted."""
    return render("not_found.html", viewer=viewer)


def error(title: str, text: str, *, viewer: Viewer | None = None) -> str:
    """Return a page that says what went wrong and what to do, never a value."""
    return render("error.html", viewer=viewer, heading=title, text=text)
