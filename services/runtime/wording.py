"""What is wrong with a member of what was sent, in words that say what to do. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

WORDS: Final = {
    "missing": "is required",
    "extra_forbidden": "is not asked for; leave it out",
    "json_invalid": "must be JSON",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must have the form {pattern}",
    "date_type": "must be a date, such as 2026-03-02",
    "date_parsing": "must be a date of the calendar, such as 2026-03-02",
    "date_from_datetime_parsing": "must be a date of the calendar, such as 2026-03-02",
    "date_from_datetime_inexact": "must be a date without a time, such as 2026-03-02",
    "datetime_type": "must be an instant with an offset",
    "datetime_parsing": "must be an instant with an offset",
    "datetime_from_date_parsing": "must be an instant with an offset",
    "timezone_aware": "must be an instant with an offset",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "literal_error": "must be one of {expected}",
    "too_long": "must hold at most {max_length}",
    "too_short": "must hold at least {min_length}",
    "tuple_type": "must be an array",
    "list_type": "must be an array",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
}
"""By the kind of complaint; what stands in braces is the type's own, never the sender's."""
_OTHER: Final = "is not of the form that is asked for; see its schema"


def faults_of(
    invalid: ValidationError, *, missing: bool = True
) -> list[tuple[str, str]]:
    """
    Return pointer and rule of each complaint about an event's data, without values.

    With no complaint about members of the data that are *missing*, unless it is asked for.
    """
    return [
        ("/".join(["/data", *map(str, error["loc"])]), rule_of(error))
        for error in invalid.errors(include_input=False, include_url=False)
        if missing or error["type"] != "missing" or len(error["loc"]) > 1
    ]


def rule_of(error: Mapping[str, Any]) -> str:
    """Return the rule that a complaint is about; of our own checks their own words."""
    said = error.get("ctx", {})
    if error["type"] == "value_error" and "error" in said:
        return str(said["error"])
    return WORDS.get(error["type"], _OTHER).format(**said)
