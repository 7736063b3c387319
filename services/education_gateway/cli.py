"""`throughline mapping check`: whether a mapping is good, and what a sample would make."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from services.education_gateway.store.mappings import read
from services.education_gateway.translate.files import opening
from services.education_gateway.translate.files.layout import BrokenFileError
from services.education_gateway.translate.files.mapping import CaseMapping
from services.education_gateway.translate.files.trying import tried
from services.runtime import instants

_INVALID: Final = 5
_PROBLEMS: Final = 6
_MOST_SHOWN: Final = 20

app = typer.Typer(no_args_is_help=True, help="Mapping files of case systems.")

File = Annotated[Path, typer.Argument(help="The mapping, YAML.", exists=True)]
Sample = Annotated[Path | None, typer.Option(help="CSV or XLSX to try it on.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def _mapping() -> None:
    """Keep `check` a word of its own."""


@app.command()
def check(file: File, sample: Sample = None, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Say what is wrong with a mapping, or what it would make of a sample."""
    try:
        mapping = read(file)
    except ValueError as wrong:
        _end(
            {"ok": False, "faults": str(wrong).splitlines()}, _INVALID, as_json=as_json
        )
    said: dict[str, Any] = {
        "ok": True,
        "mapping": mapping.mapping,
        "version": mapping.version,
        "feed": mapping.feed,
    }
    tried = {"ok": True} if sample is None else _tried(mapping, sample)
    _end(said | tried, 0 if tried["ok"] else _PROBLEMS, as_json=as_json)


def _tried(mapping: CaseMapping, sample: Path) -> dict[str, Any]:
    """Return what a sample would make: counts, and the first findings without values."""
    with sample.open("rb") as stream:
        try:
            part = opening.Part(sample.name, stream)
            return _made(mapping, opening.delivery([part], mapping))
        except BrokenFileError as broken:
            fault = f"{broken.where}: {broken.rule}. {broken.remedy}".lstrip(": ")
            return {"ok": False, "faults": [fault]}


def _made(mapping: CaseMapping, delivery: opening.Delivery) -> dict[str, Any]:
    """Return rows, events by type, and what was found."""
    today = instants.london_day(instants.now())
    made = tried(delivery, sender=mapping.sender, feed=mapping.feed, as_at=today)
    found = [
        f"row {row}, {one.column}: {one.rule}. {one.remedy}"
        for row, one in made.findings
    ]
    return {
        "ok": not made.failed,
        "rows": made.rows,
        "failed": made.failed,
        "events": dict(Counter(one.type for one in made.events)),
        "findings": found[:_MOST_SHOWN],
        "more_findings": max(0, len(found) - _MOST_SHOWN),
    }


def _end(said: dict[str, Any], code: int, *, as_json: bool) -> None:
    """Print the outcome and end with *code*."""
    if as_json:
        typer.echo(json.dumps(said))
    else:
        for name, value in said.items():
            lines = value if isinstance(value, list) else [value]
            for line in lines:
                typer.echo(f"{name}: {line}")
    raise typer.Exit(code)
