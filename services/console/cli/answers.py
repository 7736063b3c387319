"""
How the command answers: data on standard output, remarks on standard error.

Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 not permitted, 5 refused as
invalid, 6 ran and found problems, 130 interrupted.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx
import typer
from rich.console import Console
from rich.table import Table

FAILED: Final = 1
USAGE: Final = 2
NOT_FOUND: Final = 3
NOT_PERMITTED: Final = 4
INVALID: Final = 5
PROBLEMS: Final = 6

_BY_STATUS: Final = {
    401: NOT_PERMITTED,
    403: NOT_PERMITTED,
    404: NOT_FOUND,
    429: FAILED,
}
_CLIENT_ERRORS: Final = range(400, 500)

Row = Mapping[str, Any]


def failed(code: int, text: str) -> typer.Exit:
    """Say *text* on standard error and return what ends the command with *code*."""
    remark(text)
    return typer.Exit(code)


def confirm(question: str, *, yes: bool) -> None:
    """Go on if the person has said yes, or says so now."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise failed(USAGE, "say --yes: nobody is here to be asked")
    if not typer.confirm(question, err=True):
        raise failed(FAILED, "nothing was done")


def remark(text: str) -> None:
    """Say *text* beside the data."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def print_json(data: object) -> None:
    """Print *data* as JSON: one line for a program, indented for a person."""
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(data, indent=indent, ensure_ascii=False) + "\n")


def print_line(text: str) -> None:
    """Print one line of data."""
    sys.stdout.write(text + "\n")


def print_rows(columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Print *columns* of *rows*: a table for a person, tabs for a program."""
    if not sys.stdout.isatty():
        for row in rows:
            print_line("\t".join(_text(row.get(name)) for name in columns))
        return
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_text(row.get(name)) for name in columns))
    Console(markup=False, highlight=False).print(table)


def exit_code(status: int) -> int:
    """Return the exit code that stands for an HTTP status."""
    if status < _CLIENT_ERRORS.start:
        return 0
    return _BY_STATUS.get(status, INVALID if status in _CLIENT_ERRORS else FAILED)


def body_of(answer: httpx.Response) -> Any:  # noqa: ANN401 - whatever JSON it holds
    """Return the JSON of a good answer; end the command at any other."""
    if not answer.is_success:
        raise failed(exit_code(answer.status_code), said_of(answer))
    return answer.json()


def said_of(answer: httpx.Response) -> str:
    """Return in one line what an answer that is not the one hoped for says."""
    try:
        said = answer.json()
    except ValueError:
        said = {}
    detail = said.get("detail") if isinstance(said, dict) else None
    text = detail if isinstance(detail, str) else answer.reason_phrase
    return f"{answer.status_code}: {text}"


def _text(value: object) -> str:
    """Return *value* as a cell; nothing for None."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
