"""How large an area is, from figures that `areas.yaml` names the sources of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

_FILE: Final = Path(__file__).with_name("areas.yaml")


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


def areas() -> tuple[Area, ...]:
    """Return every area that the file holds."""
    read = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(Area.model_validate(area) for area in read["areas"])


def area_of(said: str) -> Area:
    """Return the area called *said*: its name, ONS code or DfE code; or KeyError."""
    wanted = said.strip().casefold()
    for area in areas():
        if wanted in {area.key, area.name.casefold(), area.ons.casefold(), area.dfe}:
            return area
    raise KeyError(said)
