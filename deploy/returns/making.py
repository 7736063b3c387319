"""Makes a return for the command line, and says what was made."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from deploy.returns import area_send, files, measures, sen2
from deploy.returns.asking import timelines
from deploy.returns.cases import Record, record_of
from deploy.returns.persons import NotPersonsError, Person, persons
from deploy.returns.tables import Collection
from services.console.cli.answers import (
    FAILED,
    INVALID,
    NOT_FOUND,
    USAGE,
    failed,
    print_json,
    print_line,
    remark,
)
from services.console.errors import DownError

_LONDON: Final = ZoneInfo("Europe/London")
_COUNCIL: Final = re.compile(r"[0-9]{3}", re.ASCII)


def make_sen2(
    collection: Collection,
    persons_file: Path,
    out: Path,
    officers: Mapping[str, str],
    *,
    as_json: bool,
) -> None:
    """Write the files of a SEN2 return."""
    council, listed = _asked(collection.council, persons_file)
    told = _records(council, listed)
    made = sen2.returned(collection, told)
    if not made.rows["person"]:
        raise failed(NOT_FOUND, "the timelines hold nothing that this return is about")
    now = datetime.now(_LONDON)
    paths = files.write(out, collection, made, officers, now)
    rows = {name: len(found) for name, found in made.rows.items()}
    _say(
        {
            "files": [str(path) for path in paths],
            "rows": rows,
            "measures": measures.measures(collection, made),
        },
        as_json=as_json,
    )


def make_lists(
    la: str, persons_file: Path, out: Path, on: str, *, as_json: bool
) -> None:
    """Write the person-level workbook."""
    council, listed = _asked(la, persons_file)
    rows = area_send.lists(_records(council, listed), _day(on))
    area_send.write(out, rows)
    counted = {name: len(found) for name, found in rows.items()}
    _say({"file": str(out), "rows": counted}, as_json=as_json)


def _asked(la: str, file: Path) -> tuple[str, list[Person]]:
    """Return the council and its persons, or end the command."""
    if not _COUNCIL.fullmatch(la):
        raise failed(USAGE, "--la is the three digits of a council")
    try:
        return f"urn:dfe:la:{la}", persons(file)
    except OSError as error:
        raise failed(USAGE, f"cannot read the persons file: {error.strerror}") from None
    except NotPersonsError as wrong:
        raise failed(INVALID, f"persons file: {wrong}") from None


def _records(council: str, listed: list[Person]) -> Iterator[tuple[Person, Record]]:
    """Yield what each timeline says; say how many persons have none."""
    unknown = 0
    try:
        for person, entries in timelines(council, listed):
            unknown += not entries
            if entries:
                yield person, record_of(entries, council)
    except DownError as down:
        raise failed(FAILED, f"{down}. Is it running?") from None
    if unknown:
        remark(f"{unknown} of {len(listed)} persons have no timeline that you may see")


def _day(said: str) -> date:
    """Return the day that was asked for."""
    try:
        return date.fromisoformat(said) if said else datetime.now(_LONDON).date()
    except ValueError:
        raise failed(USAGE, "--on is a date, YYYY-MM-DD") from None


def _say(said: dict[str, Any], *, as_json: bool) -> None:
    """Print what was made."""
    if as_json:
        print_json(said)
        return
    for name, value in said.items():
        members = value.items() if isinstance(value, dict) else [("", value)]
        for member, one in members:
            listed = one if isinstance(one, list) else [one]
            for line in listed:
                print_line("\t".join(filter(None, (name, member, str(line)))))
