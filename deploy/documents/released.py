"""What a change of an event's schema breaks: within `vN` only optional additions do not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from schemas.topics import EVENTS_LINKED, EVENTS_TRANSLATED

_REMARKS: Final = frozenset({"$schema", "$id", "$defs", "title", "description"})
_MISSING: Final = object()
CONSUMERS: Final = (
    *dict.fromkeys((*EVENTS_TRANSLATED.readers, *EVENTS_LINKED.readers)),
    "subscribers of the feed",
)
"""Who reads events of the catalogue."""


@dataclass(frozen=True, slots=True)
class Break:
    """One change that someone who reads the released schema cannot bear."""

    type: str
    field: str
    """Dotted, from the event's root; empty for the type itself."""
    rule: str

    def __str__(self) -> str:
        """Say which field, which rule, and who breaks."""
        where = f"{self.type}: {self.field}" if self.field else self.type
        way = "publish a new version of the type instead"
        return f"{where}: {self.rule}; breaks {', '.join(CONSUMERS)}; {way}"


def breaks(
    released: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]
) -> list[Break]:
    """Return every break from the schemas *released* to those of *now*, by type."""
    gone = [Break(name, "", "the type is gone") for name in released.keys() - now]
    found = [
        Break(name, field, rule)
        for name in released.keys() & now.keys()
        for field, rule in _changed(_whole(released[name]), _whole(now[name]), "")
    ]
    return sorted((*gone, *found), key=lambda one: (one.type, one.field, one.rule))


def _whole(schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """
    Return *schema* with its references filled in and remarks left out.

    What all but a purge must carry counts as required.
    """
    parts = schema.get("$defs", {})
    schema = _with_carried(schema)

    def filled(value: Any, *, named: bool = False) -> Any:  # noqa: ANN401 - any JSON
        """Return one value; in a *named* mapping the keys are fields, not keywords."""
        if isinstance(value, list):
            return [filled(one) for one in value]
        if not isinstance(value, Mapping):
            return value
        if "$ref" in value and not named:
            return filled(parts[value["$ref"].rpartition("/")[2]])
        return {
            name: filled(one, named=name == "properties" and not named)
            for name, one in value.items()
            if named or name not in _REMARKS
        }

    return filled(schema)


def _with_carried(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *schema* with what an event that purges nothing must carry as required."""
    if "anyOf" not in schema:
        return schema
    carried = schema["anyOf"][-1]["properties"]["data"]
    data = {**schema["properties"]["data"], **carried}
    properties = {**schema["properties"], "data": data}
    kept = {name: said for name, said in schema.items() if name != "anyOf"}
    return {**kept, "properties": properties}


def _changed(old: Any, new: Any, field: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """Yield field and rule of each break between two schemas."""
    if "properties" not in old or "properties" not in new:
        if old != new:
            yield field, "a released field keeps its type, form and values"
        return
    for name, before in old["properties"].items():
        path = f"{field}.{name}".lstrip(".")
        after = new["properties"].get(name, _MISSING)
        if after is _MISSING:
            yield path, "a released field is never removed or renamed"
        else:
            yield from _changed(before, after, path)
    yield from _required(old, new, field)
    rest = [_apart(one) for one in (old, new)]
    if rest[0] != rest[1]:
        yield field, "a released object keeps its other constraints"


def _required(
    old: Mapping[str, Any], new: Mapping[str, Any], field: str
) -> Iterator[tuple[str, str]]:
    """Yield what has become required, or is so no longer."""
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(after - before):
        yield f"{field}.{name}".lstrip("."), "a field that is added must be optional"
    for name in sorted(before - after):
        yield f"{field}.{name}".lstrip("."), "a field that was always there stays"


def _apart(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of an object besides its fields."""
    return {k: v for k, v in schema.items() if k not in {"properties", "required"}}
