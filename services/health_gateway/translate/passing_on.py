"""
What goes on from the door to the translator: a resource with what it points at.

The bytes as they came are kept beside it. What nothing points at says nothing about
what happened; narrative and whereabouts are left out: none of them travels.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from services.health_gateway.translate.nodes import Node, Part, Parts
from services.health_gateway.translate.whereabouts import passing, without_whereabouts

PASSED_ON: Final = "passed-on"
"""Type of a Bundle in which a door passes a resource on; nobody sends one."""
_STEPS: Final = 3
"""How far references are followed."""
_POINT_BACK: Final = {"PractitionerRole": "practitioner", "Communication": None}
"""Resources that say something by pointing at what is passed on."""
_LEFT_OUT: Final = frozenset({"text"})
_KEPT: Final = ("id", "meta", "timestamp")


def passed_on(
    parts: Parts, focus: Part, bundle: Node | None, *, header: bool = False
) -> bytes:
    """
    Return *focus* and what it leads to as a Bundle.

    A message keeps its header, and the appointments that its focus may be about.
    """
    first = [parts.all[0]] if header else []
    told = [part for part in parts.all if header and part.kind == "Appointment"]
    led = {part.place: part for part in (*_near(parts, focus), *told)}
    near = [part for part in led.values() if part not in (*first, focus)]
    said = bundle.members if bundle else {}
    kept = {name: said[name] for name in _KEPT if name in said}
    entries = [_entry(part, "outcome") for part in first]
    entries += [_entry(focus, "match"), *(_entry(part, "include") for part in near)]
    form = "message" if header else PASSED_ON
    return passing({"resourceType": "Bundle", "type": form, **kept, "entry": entries})


def deletion(kind: str, own: str, version: str | None, before: str | None) -> bytes:
    """
    Return that a record is deleted, as a Bundle.

    Its timestamp is *before*: the moment as of which, where that is not when we heard.
    """
    url = f"{kind}/{own}/_history/{version}" if version else f"{kind}/{own}"
    request = {"method": "DELETE", "url": url}
    entry = {"request": request, "search": {"mode": "match"}}
    as_of = {"timestamp": before} if before else {}
    whole = {"resourceType": "Bundle", "type": PASSED_ON, **as_of, "entry": [entry]}
    return orjson.dumps(whole)


def _entry(part: Part, mode: str) -> dict[str, Any]:
    """Return one entry."""
    said = without_whereabouts(part.resource.members)
    resource = {k: v for k, v in said.items() if k not in _LEFT_OUT}
    entry: dict[str, Any] = {"resource": resource, "search": {"mode": mode}}
    if part.full_url:
        entry["fullUrl"] = part.full_url
    if part.named and not part.named.startswith("http"):
        entry["request"] = {"method": "PUT", "url": part.named}
    return entry


def _near(parts: Parts, focus: Part) -> list[Part]:
    """Return what *focus* leads to, and what says something of that."""
    found = {focus.place: focus}
    layer = [focus]
    for _ in range(_STEPS):
        layer = [p for part in layer for p in _led(parts, part) if p.place not in found]
        found |= {part.place: part for part in layer}
    back = (part for part in parts.all if part.kind in _POINT_BACK)
    for part in back:
        if any(led.place in found for led in _led(parts, part)):
            found[part.place] = part
            found |= {led.place: led for led in _led(parts, part)}
    return sorted(found.values(), key=lambda part: part.place)


def _led(parts: Parts, part: Part) -> list[Part]:
    """Return the entries that a resource points at."""
    said = _references(without_whereabouts(part.resource.members))
    found = (parts.find(Node(one, "", part.resource.path)) for one in said)
    return [one for one in found if one]


def _references(value: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - any JSON
    """Yield everything within *value* that may point at another entry."""
    if isinstance(value, dict):
        if _points(value.get("reference"), value.get("identifier")):
            yield value
        for inner in value.values():
            if isinstance(inner, dict | list):
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _points(said: object, identifier: object) -> bool:
    """Return whether these members are those of a reference to something else."""
    if isinstance(said, str):
        return not said.startswith("#")
    return said is None and isinstance(identifier, dict)
