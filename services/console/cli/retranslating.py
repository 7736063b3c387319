"""`retranslate`: what a new mapping says otherwise of what was sent before."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

import typer

from services.console.cli.answers import (
    PROBLEMS,
    USAGE,
    body_of,
    failed,
    print_json,
    print_rows,
    remark,
)
from services.console.cli.asking import asking
from services.console.cli.options import AsJson
from services.console.clients.asking import Asking

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_COLUMNS: Final = ("child_ref", "message_ref", "place", "was", "now", "words", "left")
_SECONDS: Final = 300.0
_SENT_BY_HEALTH: Final = "health_gateway"

Line = dict[str, Any]
Since = Annotated[
    str,
    typer.Option(metavar="T", help="A date or an instant: messages received since."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show it; publish nothing.")]


def retranslate(
    since: Since,
    dry_run: DryRun = False,  # noqa: FBT002
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Publish the next revision of what today's mapping says otherwise, child by child."""
    with asking() as asks:
        pages = list(_pages(asks, _instant(since), dry_run=dry_run))
    lines = [line for page in pages for line in page["changes"]]
    changed = [line for line in lines if not line["left"]]
    left = [line for line in lines if line["left"]]
    examined = sum(page["examined"] for page in pages)
    if as_json:
        print_json(
            {
                "dry_run": dry_run,
                "examined": examined,
                "children": _by_child(changed),
                "left": left,
            }
        )
    else:
        print_rows(_COLUMNS, [_row(line) for line in [*changed, *left]])
    done = "would change" if dry_run else "changed"
    remark(f"{examined} messages read again, {len(changed)} events {done}")
    if left:
        raise failed(
            PROBLEMS, f"{len(left)} stay as they are, each for the reason given"
        )


def _pages(asks: Asking, since: str, *, dry_run: bool) -> Iterator[Line]:
    """Yield what the gateway answers, from page to page."""
    after: str | None = None
    while True:
        asked = {"since": since, "dry_run": dry_run, "after": after}
        answer = asks.post(_SENT_BY_HEALTH, "/retranslations", asked, seconds=_SECONDS)
        page: Line = body_of(answer)
        yield page
        after = page["next"]
        if after is None:
            return


def _by_child(changed: Sequence[Line]) -> list[Line]:
    """Return what changes, child by child; a person who has none yet stands alone."""
    children: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in changed:
        child = line["child_ref"]
        alone = "" if child else line["person_ref"]
        children[(child or "", alone)].append(line)
    return [
        {"child_ref": child or None, "changes": lines}
        for (child, _), lines in sorted(children.items(), key=lambda one: one[0])
    ]


def _row(line: Line) -> Line:
    """Return one change as a row of a table."""
    words = line["words"]
    said = (f"{name}: {_values(words[name])}" for name in sorted(words))
    return line | {
        "was": (line["was"] or {}).get("type", "-"),
        "now": (line["now"] or {}).get("type", "-"),
        "words": "; ".join(said),
    }


def _values(values: Sequence[Any] | None) -> str:
    """Return an old and a new value; those that are not shown as such."""
    if values is None:
        return "not shown"
    was, now = ("nothing" if value is None else value for value in values)
    return f"{was} → {now}"


def _instant(said: str) -> str:
    """Return the instant from which on messages are meant, or end the command."""
    if _DAY.fullmatch(said):
        return f"{said}T00:00:00Z"
    if _INSTANT.fullmatch(said):
        return said
    raise failed(USAGE, "give a date, or an instant with its offset")
