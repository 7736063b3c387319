"""The day of which a delivery speaks."""

from datetime import date
from typing import Final

from services.education_gateway.translate.files.layout import BrokenFileError
from services.education_gateway.translate.files.opening import Delivery

_TO_COME: Final = "speaks of a day that is yet to come"
_STATED: Final = "Send it again with as_at as the day on which it was exported."
_FOUND: Final = (
    "Correct the date in the file or in its name, or upload it with as_at, the day on "
    "which it was exported."
)


def spoken_day(
    delivery: Delivery, stated: date | None, mended: date | None = None
) -> date | None:
    """
    Return the day of which a delivery speaks; None where nothing says it.

    What the sender has *stated* goes before what the files say. Mended rows that say
    nothing belong to the snapshot that they mend, which spoke of the day *mended*.
    """
    return stated or delivery.as_at or mended


def not_to_come(delivery: Delivery, stated: date | None, today: date) -> None:
    """
    Refuse a delivery that speaks of a day after *today*; raises BrokenFileError.

    Nothing that comes before that day would be taken in after it.
    """
    spoken = spoken_day(delivery, stated)
    if spoken and spoken > today:
        where = "as_at" if stated else "reference date"
        raise BrokenFileError(
            _TO_COME, where=where, remedy=_STATED if stated else _FOUND
        )
