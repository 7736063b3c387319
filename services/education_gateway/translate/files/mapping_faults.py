"""What is wrong with a mapping, in its writer's words: where, which rule, what to do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

_QUOTES: Final = (
    "is not text: YAML reads Yes, No, On, Off, bare numbers and dates as something else",
    "Put it in quotation marks.",
)
_SPELLING: Final = "Correct its spelling, or remove it."
_RULES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("is required", "Add it."),
    "extra_forbidden": ("is no member here", _SPELLING),
    "string_type": _QUOTES,
    "string_too_short": ("is blank", "Fill it in."),
    "too_short": ("is empty", "List one at least."),
    "string_pattern_mismatch": (
        "is no short name",
        "Use small letters, digits, - and _, 60 at most.",
    ),
    "one_of_text_number_flag": (
        "is neither text, nor a whole number, nor true or false",
        "Write one of them; text that looks like another in quotation marks.",
    ),
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type", "mapping_type"),
        ("holds no members", "Write each below it, indented: `name: value`."),
    ),
    **dict.fromkeys(
        ("tuple_type", "list_type"),
        ("is no list", "Write [one, another], or each on a line after a dash."),
    ),
    **dict.fromkeys(
        ("int_type", "int_parsing", "greater_than_equal", "less_than_equal"),
        ("is no whole number that is allowed here", "Write 1, 2, 3 and so on."),
    ),
}
_SCALARS: Final = frozenset({"str", "int", "bool"})
_OWN_WORDS: Final = "Value error, "
_KEY: Final = "[key]"
HEADING: Final = "-heading-"
CELL: Final = "-cell-"
"""Which of two forms a member of an event has; of no meaning to people."""


def faults(invalid: ValidationError) -> list[str]:
    """Return where, which rule and what to do, a line each; a value never."""
    errors = invalid.errors(
        include_input=False, include_url=False, include_context=False
    )
    lines = (f"{_where(one['loc'])}: {_said(one)}" for one in _first(errors))
    return list(dict.fromkeys(lines))


def _first(errors: Sequence[Any]) -> Iterator[Any]:
    """Yield what is wrong in itself: a list is not empty whose items were refused."""
    places = [tuple(one["loc"]) for one in errors]
    for one in errors:
        own = tuple(one["loc"])
        within = any(len(p) > len(own) and p[: len(own)] == own for p in places)
        if not (one["type"] == "too_short" and within):
            yield one


def _where(loc: Sequence[str | int]) -> str:
    """Return a place as a person finds it, items counted from 1."""
    last = len(loc) - 1
    parts = [
        _part(one)
        for n, one in enumerate(loc)
        if one not in (HEADING, CELL)
        and one != _KEY
        and not (n == last and one in _SCALARS)
    ]
    if loc and loc[-1] == _KEY:
        parts[-1] = "one of the codes"
    return ", ".join(parts) or "file"


def _part(one: str | int) -> str:
    """Return one step to a place."""
    return f"number {one + 1}" if isinstance(one, int) else one


def _said(error: Mapping[str, Any]) -> str:
    """Return the rule that is broken, and what to do about it."""
    kind, text = error["type"], error["msg"]
    if kind == "value_error":
        return str(text).removeprefix(_OWN_WORDS)
    if kind == "literal_error":
        allowed = str(text).removeprefix("Input should be ")
        return f"is not allowed here. Write {allowed}."
    if error["loc"] and error["loc"][-1] in _SCALARS:
        kind = "one_of_text_number_flag"
    rule, remedy = _RULES.get(kind, ("breaks a rule", f"{text}."))
    return f"{rule}. {remedy}"
