"""
FHIR's primitive types as schemas that run without Python.

They accept what fhir.resources accepts, which also takes numbers for dates and strings
for numbers; its patterns run in the same engine, and what it checks in Python (dates,
decimals) is written here as patterns. Source of the grammar: FHIR R4, Data Types.
"""

import binascii
from collections.abc import Mapping
from typing import Final

from pydantic_core import CoreSchema
from pydantic_core import core_schema as core

_YEAR: Final = r"(?:[0-9](?:[0-9](?:[0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
"""0001 to 9999."""
_BY_FOUR: Final = "(?:0[48]|[2468][048]|[13579][26])"
_LEAP_YEAR: Final = f"(?:[0-9]{{2}}{_BY_FOUR}|{_BY_FOUR}00)"
_DAY: Final = (
    f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP_YEAR}-02-29)"
)
_PART_OF_YEAR: Final = f"{_YEAR}(?:-(?:0[1-9]|1[0-2]))?"
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE: Final = r"(?:Z|[+\-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_INSTANT: Final = f"{_DAY}T{_CLOCK}{_ZONE}"
_DECIMAL: Final = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]{1,18})?"
"""An exponent of more digits is beyond what Python's decimal can hold."""
_NUMBER: Final = core.union_schema(
    [
        core.int_schema(strict=True),
        core.float_schema(strict=True, allow_inf_nan=False),
    ],
    mode="left_to_right",
)
_LARGEST_INTEGER: Final = 2_147_483_647


def _whole(pattern: str) -> CoreSchema:
    """Return strings that are *pattern* from end to end."""
    return core.str_schema(pattern=f"^(?:{pattern})$")


def _or_number(pattern: str, number: CoreSchema) -> CoreSchema:
    """Return strings of *pattern*, or numbers that *number* takes for a time."""
    counted = core.chain_schema([_NUMBER, number])
    return core.union_schema([_whole(pattern), counted], mode="left_to_right")


def _integer(least: int) -> CoreSchema:
    """Return FHIR's 32-bit integers from *least* on."""
    return core.int_schema(ge=least, le=_LARGEST_INTEGER)


PRIMITIVES: Final[Mapping[str, CoreSchema]] = {
    "base64Binary": core.no_info_after_validator_function(
        binascii.a2b_base64, core.bytes_schema()
    ),
    "boolean": core.bool_schema(),
    "canonical": core.str_schema(pattern=r"\S*"),
    "code": core.str_schema(pattern=r"^[^\s]+(\s[^\s]+)*$"),
    "date": _or_number(f"{_PART_OF_YEAR}|{_DAY}", core.date_schema()),
    "dateTime": _or_number(
        f"{_PART_OF_YEAR}|{_DAY}(?:T{_CLOCK}{_ZONE})?", core.datetime_schema()
    ),
    "decimal": core.union_schema(
        [core.float_schema(strict=True, allow_inf_nan=False), _whole(_DECIMAL)],
        mode="left_to_right",
    ),
    "id": core.str_schema(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9\-.]+$"),
    "instant": _or_number(_INSTANT, core.datetime_schema()),
    "integer": _integer(-_LARGEST_INTEGER - 1),
    "markdown": core.str_schema(pattern=r"\s*(\S|\s)*"),
    "oid": core.str_schema(pattern=r"^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$"),
    "positiveInt": _integer(1),
    "string": core.str_schema(pattern="[ \r\n\t\\S]+"),
    "time": _or_number(_CLOCK, core.time_schema()),
    "unsignedInt": _integer(0),
    "uri": core.str_schema(pattern=r"\S*"),
    "url": core.str_schema(),
    "uuid": core.uuid_schema(version=4),
    "xhtml": core.str_schema(),
}
