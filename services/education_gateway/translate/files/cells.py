"""Checks of single cells: dates as in the field, codes, identifiers, plain text."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from schemas.codes import CodeList
from schemas.days import EARLIEST, LATEST
from services.education_gateway.translate.files.layout import (
    BadCellError,
    Check,
    Judging,
)

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        [
            "jan",
            "feb",
            "mar",
            "apr",
            "may",
            "jun",
            "jul",
            "aug",
            "sep",
            "oct",
            "nov",
            "dec",
        ],
        1,
    )
}
_MIDNIGHT: Final = r"(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?"
_COLLECT: Final = re.compile(
    rf"(\d{{4}})-([A-Za-z]{{3}})-(\d{{1,2}}){_MIDNIGHT}", re.ASCII
)
ISO: Final = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){_MIDNIGHT}", re.ASCII)
_BRITISH: Final = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_MIDNIGHT}", re.ASCII)
_DATE_REMEDY: Final = "Write dates as 2026-09-28, 2026-Sep-28 or 28/09/2026."
_YES: Final = frozenset({"true", "1", "yes", "y", "t"})
_NO: Final = frozenset({"false", "0", "no", "n", "f"})
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/|#-]{0,79}", re.ASCII)
_FORMULA: Final = ("=", "+", "@", "\t", "\r")
_LONGEST: Final = 100


@lru_cache(maxsize=65536)
def day(text: str) -> str:
    """Return a date of the field as `YYYY-MM-DD`; raises BadCellError."""
    try:
        read = _read_day(text)
    except (ValueError, KeyError):
        raise BadCellError("is no day of the calendar", _DATE_REMEDY) from None
    if read is None:
        raise BadCellError("is not a date", _DATE_REMEDY)
    return _likely(read)


def _read_day(text: str) -> date | None:
    """Return a date in one of the field's forms; raises where the calendar has none."""
    if found := ISO.fullmatch(text):
        return date(*map(int, found.groups()))
    if found := _COLLECT.fullmatch(text):
        year, month, of_month = found.groups()
        return date(int(year), _MONTHS[month.lower()], int(of_month))
    if found := _BRITISH.fullmatch(text):
        return date(*map(int, reversed(found.groups())))
    return None


def _likely(day: date) -> str:
    """Return *day* as it is kept; raises BadCellError for one that stands for none."""
    if not EARLIEST <= day <= LATEST:
        rule = f"is not from {EARLIEST.year} to {LATEST.year}"
        raise BadCellError(rule, "Leave the cell blank where there is no date.")
    return day.isoformat()


def day_by(text: str, forms: Mapping[str, str]) -> str:
    """Return a date in one of *forms*: as people write them, as `strptime` does."""
    for form in forms.values():
        try:
            read = datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
        return _likely(read)
    remedy = (
        f"Write it as {' or '.join(forms)}, or add its form to the mapping's dates."
    )
    raise BadCellError("is not a date as the mapping has it", remedy)


def a_date(text: str, _judging: Judging) -> str:
    """Check a date."""
    return day(text)


def a_text(text: str, _judging: Judging) -> str:
    """Check text: bearable in length, and no formula."""
    if text.startswith(_FORMULA):
        raise BadCellError(
            "begins like a formula", "Put the value in place of the formula."
        )
    if len(text) > _LONGEST:
        raise BadCellError(f"is longer than {_LONGEST} characters", "Shorten it.")
    return text


def a_code(text: str, _judging: Judging) -> str:
    """Check that a cell may be a code of some list that is not ours to judge."""
    if not _CODE.fullmatch(text):
        raise BadCellError("is not a code", "Send the code, not its meaning.")
    return text


def a_flag(text: str, _judging: Judging) -> str:
    """Check a yes or no; return `true` or `false`."""
    small = text.lower()
    if small in _YES:
        return "true"
    if small in _NO:
        return "false"
    raise BadCellError("is neither true nor false", "Write true or false, or 1 or 0.")


def a_number(text: str, _judging: Judging) -> str:
    """Check a number that may carry a needless fraction: `2.0` is 2."""
    whole, _, rest = text.partition(".")
    if whole.isascii() and whole.isdigit() and len(whole) < 10 and not rest.strip("0"):  # noqa: PLR2004 - what 32 bits hold
        return str(int(whole))
    raise BadCellError("is not a whole number", "Write a whole number.")


def a_decimal(text: str, _judging: Judging) -> str:
    """Check a number; return it without needless noughts."""
    try:
        return f"{float(text):g}" if text.replace(".", "", 1).isdigit() else _none()
    except ValueError:
        raise BadCellError("is not a number", "Write a number.") from None


def _none() -> str:
    """Say that there is no number."""
    raise ValueError


def code_of(codes: CodeList, also: Mapping[str, str] | None = None) -> Check:
    """
    Return the check of a code of *codes*; a retired one is a doubt.

    *also* are spellings that files use for a code of the list.
    """
    spelt = also or {}

    def check(text: str, judging: Judging) -> str:
        """Check one code."""
        code = spelt.get(text, text).upper()
        if code not in codes.codes:
            rule = f"is not a code of {codes.system}"
            raise BadCellError(rule, f"Use a code of the list: {codes.title}.")
        if codes.retired(code, judging.as_at):
            last = codes.codes[code].last
            rule = f"is a code of {codes.system} that was retired after {last}"
            judging.doubts.append((rule, "Taken as it is; use the code of today."))
        return code

    return check


def one_of(system: str, codes: frozenset[str]) -> Check:
    """Return the check of a closed list that is not one of the catalogue's."""

    def check(text: str, _judging: Judging) -> str:
        """Check one code."""
        if text.upper() not in codes:
            raise BadCellError(f"is not a code of {system}", "Use a code of the list.")
        return text.upper()

    return check
