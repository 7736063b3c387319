"""`timeline` and `feed`: what an organisation may see."""

import json
import re
import sys
from typing import Annotated, Any, Final

import typer

from services.console.cli import telling
from services.console.cli.answers import (
    NOT_FOUND,
    USAGE,
    body_of,
    failed,
    print_json,
    print_line,
    print_rows,
    remark,
)
from services.console.cli.asking import asking
from services.console.cli.options import As, AsJson
from services.console.clients.asking import Asking, Hat, roles_of

_CHILD: Final = re.compile(r"c-[A-Za-z0-9-]{1,64}", re.ASCII)
_PERSONAL: Final = re.compile(r"[0-9 ]{10,12}|[A-Za-z][0-9]{11}[0-9A-Za-z]", re.ASCII)
_FEED_COLUMNS: Final = ("time", "type", "source", "subject", "id")

Child = Annotated[
    str, typer.Argument(help="child_ref; or - with identifiers as JSON on stdin.")
]
Roles = Annotated[
    list[str] | None, typer.Option("--role", help="Default: by the organisation.")
]
KnownOn = Annotated[
    str, typer.Option("--as-known-on", help="A date or an instant: what was known.")
]
After = Annotated[str, typer.Option(help="The cursor of the last answer: `next`.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="Events, at most.")]


def timeline(
    ref: Child,
    as_: As,
    role: Roles = None,
    as_known_on: KnownOn = "",
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print one child's timeline as this organisation may see it."""
    if ref != "-":
        require_not_personal(ref)
    with asking(Hat(as_, tuple(role or roles_of(as_)))) as asks:
        child = _found(asks) if ref == "-" else ref
        if not _CHILD.fullmatch(child):
            raise failed(NOT_FOUND, "a child's reference begins with c-")
        known = {"as_known_on": as_known_on} if as_known_on else None
        said = body_of(asks.get("timeline", f"/children/{child}/timeline", known))
    if as_json:
        print_json(said)
    else:
        print_line(telling.timeline(said))


def feed(
    as_: As,
    after: After = "",
    limit: Limit = 100,
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Print what comes next in this organisation's feed."""
    params: dict[str, str | int] = {"limit": limit}
    if after:
        params["after"] = after
    with asking(Hat(as_)) as asks:
        said = body_of(asks.get("delivery", "/feed", params))
    if as_json:
        print_json(said)
        return
    print_rows(_FEED_COLUMNS, said["events"])
    remark(f"next: {said['next']}")


def require_not_personal(said: str) -> None:
    """End the command if *said* looks like a number of a person."""
    if _PERSONAL.fullmatch(said.strip()):
        raise failed(
            USAGE,
            "never give an NHS number or a UPN on the command line: it is kept in the"
            " shell's history. Give - and the identifiers as JSON on standard input.",
        )


def _found(asks: Asking) -> str:
    """Return the child that the identifiers on standard input lead to."""
    wrong = (
        'give {"nhs_number" or "upn": …, "date_of_birth": …} as JSON on standard input'
    )
    try:
        asked: Any = json.load(sys.stdin)
    except ValueError:
        raise failed(USAGE, wrong) from None
    if not isinstance(asked, dict):
        raise failed(USAGE, wrong)
    return str(body_of(asks.post("timeline", "/children/search", asked))["child_ref"])
