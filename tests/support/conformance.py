"""
Whether a value is what a JSON Schema of ours says: the keywords that we write, no others.

A keyword that is not known here fails, so that no schema can ask for what nobody checks.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from uuid import UUID

REMARKS = {"$schema", "$id", "$defs", "title", "description", "default"}
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": int | float,
    "integer": int,
}
FORMATS = {
    "date": date.fromisoformat,
    "date-time": datetime.fromisoformat,
    "uuid": UUID,
    "uri": str,
}


def faults(value: object, schema: Mapping, root: Mapping | None = None) -> list[str]:
    """Return where *value* is not what *schema* says, and what it says there."""
    return [
        f"{where}: {keyword}"
        for where, keyword in _faults(value, schema, root or schema, "$")
    ]


def _faults(value, schema, root, where) -> Iterator[tuple[str, str]]:
    """Yield place and keyword of each fault."""
    for keyword, said in schema.items():
        if keyword not in REMARKS:
            yield from _KEYWORDS[keyword](value, said, root, where)


def _ref(value, said, root, where):
    """Follow a reference within the document."""
    found = root
    for name in said.removeprefix("#/").split("/"):
        found = found[name]
    yield from _faults(value, found, root, where)


def _type(value, said, root, where):
    """Judge the type; a boolean is no number."""
    names = said if isinstance(said, list) else [said]
    number = isinstance(value, bool) and "boolean" not in names
    if number or not any(isinstance(value, TYPES[name]) for name in names):
        yield where, "type"


def _properties(value, said, root, where):
    """Judge the members that are there."""
    for name in said.keys() & (value if isinstance(value, dict) else {}):
        yield from _faults(value[name], said[name], root, f"{where}.{name}")


def _additional(value, said, root, where):
    """Judge every member; we write this keyword only where no member is named."""
    for name, one in value.items() if isinstance(value, dict) else ():
        yield from _faults(one, said, root, f"{where}.{name}")


def _items(value, said, root, where):
    """Judge each item."""
    for place, one in enumerate(value if isinstance(value, list) else ()):
        yield from _faults(one, said, root, f"{where}[{place}]")


def _any_of(value, said, root, where):
    """Let any one of the schemas do."""
    if all(list(_faults(value, one, root, where)) for one in said):
        yield where, "anyOf"


def _format(value, said, root, where):
    """Judge texts of a known form."""
    if not isinstance(value, str):
        return
    try:
        FORMATS[said](value)
    except ValueError:
        yield where, "format"


def _when(good):
    """Return the judge that says whether *good* holds of a value and what is said."""

    def judge(value, said, root, where):
        """Judge by a keyword that needs nothing but the value."""
        if not good(value, said):
            yield where, f"must agree with {said}"

    return judge


_KEYWORDS = {
    "$ref": _ref,
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "anyOf": _any_of,
    "format": _format,
    "const": _when(lambda value, said: value == said),
    "enum": _when(lambda value, said: value in said),
    "required": _when(lambda v, s: not isinstance(v, dict) or set(s) <= v.keys()),
    "pattern": _when(lambda v, s: not isinstance(v, str) or bool(re.search(s, v))),
    "minLength": _when(lambda v, s: not isinstance(v, str) or len(v) >= s),
    "maxLength": _when(lambda v, s: not isinstance(v, str) or len(v) <= s),
    "minimum": _when(lambda v, s: not isinstance(v, int | float) or v >= s),
    "maximum": _when(lambda v, s: not isinstance(v, int | float) or v <= s),
    "minItems": _when(lambda v, s: not isinstance(v, list) or len(v) >= s),
    "maxItems": _when(lambda v, s: not isinstance(v, list) or len(v) <= s),
}
