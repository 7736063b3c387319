"""What was measured, against what it should be, and how it is written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    """Bounds of the value or, where it is compared with another, of the ratio."""
    ratio_to: str | None = None
    ratio: float | None = None

    @property
    def held(self) -> bool:
        """Whether the number is where it should be."""
        judged = self.value if self.ratio is None else self.ratio
        above = self.at_least is None or judged >= self.at_least
        return above and (self.at_most is None or judged <= self.at_most)

    def as_json(self) -> dict[str, Any]:
        """Return it as the file holds it."""
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "ratio_to": self.ratio_to,
            "ratio": None if self.ratio is None else round(self.ratio, 5),
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile: the value that *share* of all stay within."""
    inorder = sorted(values)
    return inorder[max(0, ceil(share * len(inorder)) - 1)]


def write(figures: Iterable[Figure], path: Path) -> None:
    """Write the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = [figure.as_json() for figure in figures]
    path.write_bytes(orjson.dumps(listed, option=orjson.OPT_INDENT_2) + b"\n")


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as lines for a person."""
    return "\n".join(_row(figure) for figure in figures)


def _row(figure: Figure) -> str:
    """Return one line: name, value, unit, ratio, goal, whether it was held."""
    ratio = f"1/{1 / figure.ratio:.1f} of {figure.ratio_to}" if figure.ratio else ""
    said = f"{figure.name:<26}{figure.value:>12,.1f} {figure.unit:<10}{ratio:<34}"
    return f"{said}{_goal(figure)}".rstrip()


def _goal(figure: Figure) -> str:
    """Return the goal of a figure and whether it was held."""
    goals = []
    if figure.at_most is not None:
        goals.append(f"at most {figure.at_most:g}")
    if figure.at_least is not None:
        inverse = f"1/{1 / figure.at_least:g}" if figure.ratio else ""
        goals.append(f"at least {inverse or f'{figure.at_least:g}'}")
    held = "held" if figure.held else "MISSED"
    return f"{', '.join(goals)}: {held}" if goals else ""
