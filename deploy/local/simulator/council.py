"""The council's own file of its persons, which no timeline holds."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from deploy.local.simulator.county import County
from deploy.local.simulator.life import Life

_COLUMNS: Final = (
    *("local_id", "surname", "forename", "date_of_birth", "sex", "ethnicity"),
    *("postcode", "upn"),
)
_POSTCODE: Final = "ZZ99 3VZ"
"""Stands for no fixed abode: nobody lives there."""
_SEXES: Final = ("F", "M")
_NOT_OBTAINED: Final = "NOBT"


def write(path: Path, lives: Iterable[Life], county: County) -> None:
    """Write a row for each child of whom the council says something."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(
            _row(life)
            for life in lives
            if any(said.sender == county.area.council for said in life.said)
        )


def _row(life: Life) -> tuple[str, ...]:
    """Return one child as the council holds them."""
    child = life.child
    return (
        life.council().local_id,
        child.family_name,
        child.given_name,
        child.date_of_birth.isoformat(),
        _SEXES[child.number % len(_SEXES)],
        _NOT_OBTAINED,
        _POSTCODE,
        child.upn,
    )
