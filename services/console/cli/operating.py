"""`trace`, `refused`, `identity`, `status` and `tick`: what operators do."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
import typer

from services.console import rules
from services.console.cli.answers import (
    NOT_FOUND,
    PROBLEMS,
    USAGE,
    body_of,
    confirm,
    failed,
    print_json,
    print_line,
    print_rows,
    remark,
)
from services.console.cli.asking import asking
from services.console.cli.options import AsJson, Reason, Yes
from services.console.cli.reading import require_not_personal
from services.console.clients.asking import Asking

_HOPS: Final = ("at", "hop", "topic", "partition", "offset", "state", "reason")
_REFUSED: Final = ("ref", "at", "state", "topic", "reason", "rule", "where")
_REVIEWS: Final = ("ref", "raised_at", "why", "person_ref", "child_ref")
_SERVICES: Final = ("name", "up", "lag_seconds")
_TICK_SECONDS: Final = 600.0
_TICKED: Final = (
    "clocks",
    "education_gateway",
    "timeline",
    "delivery",
    "identity_linking",
    "console",
)

Traced = Annotated[str, typer.Argument(metavar="ID", help="Any id or reference.")]
Refs = Annotated[list[UUID], typer.Argument(help="References of refused messages.")]

refused = typer.Typer(no_args_is_help=True, help="What could not be used.")
identity = typer.Typer(no_args_is_help=True, help="Which persons are one child.")


def trace(wanted: Traced, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Print where a message, event, request, child or person has been."""
    require_not_personal(wanted)
    hops: list[dict[str, Any]] = []
    if rules.wanted(wanted):
        with asking() as asks:
            hops = body_of(asks.post("console", "/trace", {"id": wanted}))
    _print(hops, _HOPS, as_json=as_json)
    if not hops:
        raise failed(NOT_FOUND, "nothing is known under this id")


@refused.command("list")
def list_refused(as_json: AsJson = False) -> None:  # noqa: FBT002
    """Print what was refused, in order, and whether it was replayed."""
    found: list[dict[str, Any]] = []
    after: int | None = 0
    with asking() as asks:
        while after is not None:
            said = body_of(asks.get("console", "/refused", {"after": after}))
            found += said["refused"]
            after = said["next"]
    _print(found, _REFUSED, as_json=as_json)


@refused.command("show")
def show_refused(ref: UUID, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Print one refused message: why, where and what kind; never its content."""
    with asking() as asks:
        said = body_of(asks.get("console", f"/refused/{ref}"))
    if as_json:
        print_json(said)
        return
    attributes = said.pop("attributes")
    for name, value in (said | attributes).items():
        print_line(f"{name}\t{'' if value is None else value}")


@refused.command("replay")
def replay_refused(
    refs: Refs,
    reason: Reason,
    yes: Yes = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Send refused messages again to where they were refused."""
    confirm(f"Send {len(refs)} again?", yes=yes)
    asked = {"refs": [str(ref) for ref in refs], "reason": reason}
    with asking() as asks:
        said = body_of(asks.post("console", "/refused/replay", asked))
    _print(said["replayed"], ("ref", "topic", "attempt"), as_json=as_json)


@identity.command("unlink")
def unlink(
    person_ref: str,
    reason: Reason,
    yes: Yes = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Part a person from its child; it founds a child of its own."""
    require_not_personal(person_ref)
    found = rules.wanted(person_ref)
    if found is None or found.kind != "person":
        raise failed(NOT_FOUND, "a person's reference begins with p-")
    confirm("Part this person from its child?", yes=yes)
    path = f"/persons/{person_ref}/unlink"
    with asking() as asks:
        said = body_of(asks.post("identity_linking", path, {"reason": reason}))
    if as_json:
        print_json(said)
    else:
        print_line(said["child_ref"])


@identity.command("reviews")
def reviews(as_json: AsJson = False) -> None:  # noqa: FBT002
    """Print what rules left open for a steward: references, never who it is."""
    with asking() as asks:
        said = body_of(asks.get("identity_linking", "/reviews"))
    _print(said["reviews"], _REVIEWS, as_json=as_json)


def status(as_json: AsJson = False) -> None:  # noqa: FBT002
    """Print how services and topics are, and what waits for a person."""
    with asking() as asks:
        said = body_of(asks.get("console", "/status"))
    if as_json:
        print_json(said)
    else:
        print_rows(_SERVICES, said["services"])
        print_rows(("name", "records"), said["topics"])
        print_line(f"refused\t{said['refused']}")
        print_line(f"waiting\t{said['waiting']}")
        counted = _difference(said)
        print_line(f"difference\t{'not counted yet' if counted is None else counted}")
    down = [service["name"] for service in said["services"] if not service["up"]]
    if down:
        raise failed(PROBLEMS, f"down: {', '.join(down)}")
    if _difference(said):
        how = "the console's page says where"
        raise failed(PROBLEMS, f"something is missing, or there twice; {how}")


def _difference(said: dict[str, Any]) -> int | None:
    """Return by how much what came in and what is there differ; None: not counted."""
    counted = said.get("conservation")
    return counted["difference"] if counted else None


def tick(day: str, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Move today on to DATE (development): clocks first, then what shows them."""
    asked = {"date": _day(day)}
    with asking() as asks:
        said = {name: _ticked(asks, name, asked) for name in _TICKED}
    if said["clocks"] is None:
        raise failed(NOT_FOUND, "only a development installation can be moved on")
    _print(
        [{"service": n, "today": d} for n, d in said.items()],
        ("service", "today"),
        as_json=as_json,
    )


def _ticked(asks: Asking, name: str, asked: dict[str, str]) -> str | None:
    """Return the day that a service has moved on to; None where it has none."""
    answer = asks.post(name, "/tick", asked, seconds=_TICK_SECONDS)
    if answer.status_code == httpx.codes.NOT_FOUND:
        remark(f"{name} takes no ticks")
        return None
    return str(body_of(answer)["today"])


def _day(said: str) -> str:
    """Return the date that was given, or end the command."""
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise failed(USAGE, "give a date as YYYY-MM-DD") from None


def _print(
    rows: list[dict[str, Any]], columns: tuple[str, ...], *, as_json: bool
) -> None:
    """Print *rows* as JSON or in columns."""
    if as_json:
        print_json(rows)
    else:
        print_rows(columns, rows)
