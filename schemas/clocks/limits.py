"""How long is allowed, as the law words it."""

from datetime import date
from typing import Final, Self

from pydantic import Field, model_validator

from schemas.clocks import counting
from schemas.clocks.moments import Strict


class Limit(Strict):
    """How long is allowed, in exactly one of the wordings of the law."""

    weeks: int | None = Field(default=None, ge=1, le=104)
    """The day of the event is not counted; no holiday moves the last day."""
    days: int | None = Field(default=None, ge=1, le=400)
    days_beginning_with: int | None = Field(default=None, ge=1, le=400)
    working_days: int | None = Field(default=None, ge=1, le=100)
    working_days_beginning_with: int | None = Field(default=None, ge=1, le=100)
    months: int | None = Field(default=None, ge=1, le=60)
    months_starting_with: int | None = Field(default=None, ge=1, le=60)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        """Refuse none and several."""
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("limit: say exactly one of weeks, days, months and so on")
        return self

    @property
    def counted(self) -> tuple[str, int]:
        """How it is counted, and how many."""
        [(how, count)] = self.model_dump(exclude_none=True).items()
        return how, count

    def end(self, started: date) -> date:
        """Return the last day."""
        how, count = self.counted
        return _COUNTED[how](started, count)


_COUNTED: Final = {
    "weeks": counting.weeks,
    "days": counting.days,
    "days_beginning_with": counting.days_beginning_with,
    "working_days": counting.working_days,
    "working_days_beginning_with": counting.working_days_beginning_with,
    "months": counting.months,
    "months_starting_with": counting.months_starting_with,
}
