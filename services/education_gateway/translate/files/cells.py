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

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_MIDNIGHT: Final = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?"
ISO: Final = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){_MIDNIGHT}", re.ASCII)
_YEAR_FIRST: Final = re.compile(
    rf"(?P<y>\d{{4}})([-/ ])(?P<m>\d{{1,2}}|[A-Za-z]{{3,9}})\2(?P<d>\d{{1,2}}){_MIDNIGHT}",
    re.ASCII,
)
_DAY_FIRST: Final = re.compile(
    rf"(?P<d>\d{{1,2}})([-/. ])(?P<m>\d{{1,2}}|[A-Za-z]{{3,9}})\2(?P<y>\d{{4}}){_MIDNIGHT}",
    re.ASCII,
)
_FLOATED: Final = re.compile(r"(\d+)\.0+", re.ASCII)
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
    except ValueError:
        raise BadCellError("is no day of the calendar", _DATE_REMEDY) from None
    if read is None:
        raise BadCellError("is not a date", _DATE_REMEDY)
    return _likely(read)


def _read_day(text: str) -> date | None:
    """Return a date in one of the field's forms; raises where the calendar has none."""
    found = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if not found:
        return None
    return date(int(found["y"]), _month(found["m"]), int(found["d"]))


def _month(text: str) -> int:
    """Return a month by its number, or its English name or the beginning of that."""
    if text.isdigit():
        return int(text)
    name = "sep" if text.lower() == "sept" else text.lower()
    [found] = [n for n, month in enumerate(_MONTHS, 1) if month.startswith(name)]
    return found


def whole(text: str) -> str:
    """Return a whole number without the fraction that a program gave it: `2.0` is 2."""
    found = _FLOATED.fullmatch(text)
    return found[1] if found else text


def tidy(number: str) -> str:
    """Return an identifier without what people, and programs, write into one."""
    return whole(number.replace(" ", "").replace("-", ""))


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
    return whole(text).upper()


def a_flag(text: str, _judging: Judging) -> str:
    """Check a yes or no; return `true` or `false`."""
    small = whole(text.lower())
    if small in _YES:
        return "true"
    if small in _NO:
        return "false"
    raise BadCellError("is neither true nor false", "Write true or false, or 1 or 0.")


def a_number(text: str, _judging: Judging) -> str:
    """Check a number that may carry a needless fraction: `2.0` is 2."""
    digits, _, rest = text.partition(".")
    good = digits.isascii() and digits.isdigit() and not rest.strip("0")
    if good and len(digits) < 10:  # noqa: PLR2004 - what 32 bits hold
        return str(int(digits))
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
            code = whole(code).lstrip("0") or code
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
