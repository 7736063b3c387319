"""Cells of a case system's export, checked as its mapping has them."""

from collections.abc import Collection, Mapping
from typing import Final

from services.education_gateway.translate.files.cells import (
    ISO,
    a_flag,
    a_number,
    a_text,
    day,
    day_by,
)
from services.education_gateway.translate.files.layout import BadCellError, Judging

Forms = Mapping[str, str]
"""Forms of dates as the mapping writes them, and as `strptime` reads them."""


class Checked:
    """Checks one column as a mapping has it."""

    def __init__(self, kind: str, forms: Forms, codes: Collection[str] = ()) -> None:
        """Take one of *codes*, or else what is of *kind*, dates in one of *forms*."""
        self._kind = kind
        self._forms = forms
        self._codes = codes

    def __call__(self, text: str, judging: Judging) -> str:
        """Return a cell as it is compared; raises BadCellError."""
        if self._codes:
            if text not in self._codes:
                rule = "is none of the codes of the mapping"
                raise BadCellError(
                    rule, "Add it to the mapping's codes, or correct it."
                )
            return text
        if self._kind == "date":
            return a_date(text, self._forms)
        return _KINDS[self._kind](text, judging)


def a_date(text: str, forms: Forms) -> str:
    """Return a date in one of *forms*, or as a workbook keeps one; raises BadCellError."""
    return day(text) if ISO.fullmatch(text) else day_by(text, forms)


def born(text: str, forms: Forms) -> str:
    """Return a date of birth: as the mapping has dates, or as the field writes them."""
    try:
        return a_date(text, forms)
    except BadCellError as bad:
        try:
            return day(text)
        except BadCellError:
            raise bad from None


_KINDS: Final = {"text": a_text, "number": a_number, "flag": a_flag}
