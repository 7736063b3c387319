"""
How large an area is, from figures that `areas.yaml` names the sources of.

Those of other councils come from a table that whoever simulates has: one row a council,
by the headings of `_published` below; `x` is what the Department suppresses.
"""

import csv
import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

_FILE: Final = Path(__file__).with_name("areas.yaml")
_SUPPRESSED: Final = "x"


class _Line(BaseModel):
    """Base of what the file holds: frozen, strict about members."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class Published(_Line):
    """What the Department for Education publishes of a calendar year."""

    requests: int
    decided_to_assess: int
    decided_not_to_assess: int
    decided_in_6_weeks_pc: float
    led_to_plan_pc: float
    new_plans: int
    in_20_weeks_pc: float
    over_1_year_pc: float
    plans: int
    plans_a_year_before: int
    reviews_expected: int
    ceased: int
    needs_pc: Mapping[str, float]
    """Share of each primary need (SEN type); what is left has another."""

    @property
    def assessed(self) -> float:
        """Share of the decisions that were to assess."""
        decisions = self.decided_to_assess + self.decided_not_to_assess
        return self.decided_to_assess / decisions


class Estimated(_Line):
    """What nobody publishes by area."""

    referrals: Mapping[str, int]
    """A year, by service."""
    sen_support_started: int


class Area(_Line):
    """One area, by the codes of both statistics offices."""

    key: str
    name: str
    ons: str
    dfe: str | None
    """None: no single council, so that it can be sized but not played."""
    published: Published
    estimated: Estimated

    @property
    def council(self) -> str:
        """The council's urn; raises ValueError where there is none."""
        if self.dfe is None:
            raise ValueError(f"{self.name} has no one council")
        return f"urn:dfe:la:{self.dfe}"


@cache
def areas(figures: Path | None = None) -> tuple[Area, ...]:
    """
    Return every area: those of which more is known, then the councils of *figures*.

    Raises OSError, KeyError or ValueError for a file that is no such table.
    """
    read = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    known = tuple(Area.model_validate(area) for area in read["areas"])
    if figures is None:
        return known
    england = next(area for area in known if area.dfe is None)
    with figures.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["dfe_code"]]
    told = {area.dfe for area in known}
    return (*known, *(_area(r, england) for r in rows if r["dfe_code"] not in told))


def area_of(said: str, figures: Path | None = None) -> Area:
    """Return the area called *said*: its name, ONS code or DfE code; or KeyError."""
    wanted = _key(said)
    for area in areas(figures):
        if wanted in {area.key, area.ons.casefold(), area.dfe}:
            return area
    raise KeyError(said)


def nearest(said: str, figures: Path | None = None) -> list[Area]:
    """Return the areas whose name, or a word of it, is most like *said*: three at most."""
    wanted = _key(said)
    likeness = {
        area.key: max(
            SequenceMatcher(None, wanted, word).ratio()
            for word in (area.key, *area.key.split("-"))
        )
        for area in areas(figures)
    }
    ordered = sorted(areas(figures), key=lambda area: (-likeness[area.key], area.key))
    return ordered[:3]


def _key(said: str) -> str:
    """Return a name as it is written in a command."""
    return "-".join(re.findall(r"[a-z0-9]+", said.replace("'", "").casefold()))


def _area(row: Mapping[str, str], england: Area) -> Area:
    """Return a council's area; what is suppressed, or not published, is as in England."""
    plans = int(row["plans_jan_2025"])
    return Area(
        key=_key(row["name"]),
        name=row["name"],
        ons=row["code"],
        dfe=row["dfe_code"],
        published=_published(row, england.published),
        estimated=_share(england.estimated, plans / england.published.plans),
    )


def _published(row: Mapping[str, str], england: Published) -> Published:
    """Return a council's figures."""

    def said(name: str, otherwise: float) -> float:
        """Return one figure, or England's where it is suppressed."""
        return otherwise if row[name] == _SUPPRESSED else float(row[name])

    assess, plans = int(row["decided_to_assess_2024"]), int(row["plans_jan_2025"])
    new, ceased = int(row["new_plans_2024"]), int(row["ceased_2024"])
    reviewed = england.reviews_expected * plans / england.plans
    return Published(
        requests=int(row["requests_2024"]),
        decided_to_assess=assess,
        decided_not_to_assess=round(assess / england.assessed - assess),
        decided_in_6_weeks_pc=said(
            "decision_within_6_weeks_pc", england.decided_in_6_weeks_pc
        ),
        led_to_plan_pc=said("assessment_led_to_plan_pc", england.led_to_plan_pc),
        new_plans=new,
        in_20_weeks_pc=said(
            "within_20_weeks_excl_exceptions_pc", england.in_20_weeks_pc
        ),
        over_1_year_pc=said("over_1_year_pc", england.over_1_year_pc),
        plans=plans,
        plans_a_year_before=plans - new + ceased,
        reviews_expected=round(said("annual_reviews_expected_2024", reviewed)),
        ceased=ceased,
        needs_pc={
            kind: said(f"need_{kind.lower()}_pc", usual)
            for kind, usual in england.needs_pc.items()
        },
    )


def _share(whole: Estimated, part: float) -> Estimated:
    """Return what falls to *part* of England, by its share of all plans."""
    return Estimated(
        referrals={
            name: max(1, round(number * part))
            for name, number in whole.referrals.items()
        },
        sen_support_started=max(1, round(whole.sen_support_started * part)),
    )
