"""`throughline validate PATH...`: one line a file, and 5 where one would be refused."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

from deploy.validation.given import Given
from schemas.errors import Stopped
from services.console.cli.answers import (
    INVALID,
    NOT_FOUND,
    PROBLEMS,
    USAGE,
    failed,
    print_line,
    remark,
)
from services.console.cli.options import AsJson
from services.runtime import instants

Paths = Annotated[list[Path], typer.Argument(help="Files, or folders of them.")]
Sender = Annotated[
    str | None,
    typer.Option("--as", help="Publisher whose own codes and repairs apply."),
]
Line = Mapping[str, Any]
_MOST_LISTED: Final = 20
"""Events, and issues, of one file that are listed for a person."""
_SAID_EVERY: Final = 500
"""Files between two remarks on a large folder."""


def validate(
    paths: Paths,
    as_json: AsJson = False,  # noqa: FBT002
    sender: Sender = None,
) -> None:
    """Say what would become of files; nothing is sent, and no service need run."""
    # Here alone: no other command should take the time to load what judges.
    from deploy.validation import kinds  # noqa: PLC0415

    files = list(_files(paths, kinds.looked_for))
    refused = failed_rows = 0
    for count, file in enumerate(files, 1):
        given = Given(file, _read(file), sender, instants.london_day(instants.now()))
        line = _judged(kinds.judged, given)
        refused += line["verdict"] == "refused"
        failed_rows += line.get("failed", 0)
        print_line(_as_json(file, line) if as_json else _as_text(file, line))
        if count % _SAID_EVERY == 0:
            remark(f"{count} of {len(files)} files")
    remark(f"{len(files)} files, {refused} would be refused")
    if refused or failed_rows:
        raise typer.Exit(INVALID if refused else PROBLEMS)


def _judged(judge: Callable[[Given], Line], given: Given) -> Line:
    """Return a file's line; ends the command where a table of ours is broken."""
    try:
        return judge(given)
    except Stopped as stopped:
        raise failed(USAGE, f"contracts: {stopped}") from None


def _files(paths: Sequence[Path], wanted: Callable[[Path], bool]) -> Iterator[Path]:
    """Yield the files meant: each one named, and those of folders that may be sent."""
    for path in paths:
        if path.is_dir():
            found = (one for one in path.rglob("*") if one.is_file())
            yield from sorted(filter(wanted, found))
        elif path.is_file():
            yield path
        else:
            raise failed(NOT_FOUND, f"no such file or folder: {path}")


def _read(file: Path) -> bytes:
    """Return what a file holds."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise failed(NOT_FOUND, f"{file} cannot be read: {error.strerror}") from None


def _as_json(file: Path, line: Line) -> str:
    """Return a file's line for a program."""
    return orjson.dumps({"file": str(file), **line}).decode()


def _as_text(file: Path, line: Line) -> str:
    """Return a file's lines for a person: verdict, events, what is amiss."""
    rows = [f"{line['verdict']}  {file}"]
    rows += [f"    {said}" for said in _events(line["events"])]
    issues = [_issue(one) for one in line["outcome"]["issue"] if _matters(one)]
    rows += issues[:_MOST_LISTED]
    if len(issues) > _MOST_LISTED:
        rows.append(f"    and {len(issues) - _MOST_LISTED} more; --json lists all")
    return "\n".join(rows)


def _events(events: Sequence[Mapping[str, str]]) -> list[str]:
    """Return events one by one, or, where they are many, how many of each type."""
    if len(events) <= _MOST_LISTED:
        return [f"{one['type']}  {one['occurred']}" for one in events]
    counted = Counter(one["type"] for one in events)
    return [f"{number:>6}  {name}" for name, number in sorted(counted.items())]


def _matters(issue: dict[str, Any]) -> bool:
    """Return whether an issue says more than that the message was taken."""
    return bool(issue["severity"] != "information")


def _issue(issue: dict[str, Any]) -> str:
    """Return one issue in a line."""
    where = ", ".join(issue.get("expression", ()))
    return f"    {issue['severity']}  {where}  {issue['diagnostics']}"
