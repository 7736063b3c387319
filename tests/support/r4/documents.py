"""Documents of every R4 resource type, made from what the models say."""

import os
from pathlib import Path

from services.health_gateway.rules.elements import (
    ANY_RESOURCE,
    COMMENTS,
    TYPE,
    kinds,
)

CORPUS = Path(os.environ.get("THROUGHLINE_CORPUS", "/nonexistent"))
CORPUS_FILES = sorted(CORPUS.rglob("*.json"))

VALUES = {
    "base64Binary": ("aGVsbG8=", "QUJD"),
    "boolean": (True, False),
    "canonical": ("http://example.org/Canonical/a|1.0", "#a"),
    "code": ("active", "a b"),
    "date": ("2026-03-02", "2026-03", "2026", "2024-02-29"),
    "dateTime": ("2026-03-02T09:00:00Z", "2026", "2026-03-02", "2026-03", "0001-01-01"),
    "decimal": (1.5, 3, 1.10, -0.001, 1e-7),
    "id": ("a-1.b", "x" * 64),
    "instant": ("2026-03-02T09:00:00.123+01:00", "2016-12-31T23:59:60Z"),
    "integer": (0, -5, 2_147_483_647),
    "markdown": ("*some* text", " "),
    "oid": ("urn:oid:1.2.840",),
    "positiveInt": (1, 42),
    "string": ("some text", "Zoë", "two\nlines"),
    "time": ("09:30:00", "23:59:59.5"),
    "unsignedInt": (0, 7),
    "uri": ("urn:uuid:9d1b1f66-1111-4222-8333-444455556666", "http://example.org/a"),
    "url": ("https://example.org/a?b=c",),
    "uuid": ("urn:uuid:c757873d-ec9a-4326-a141-556f43239520",),
    "xhtml": ('<div xmlns="http://www.w3.org/1999/xhtml">text</div>',),
}
"""What each primitive type may hold."""

RESOURCES = tuple(name for name, kind in kinds().items() if kind.resource)


def document(name, random, *, full=0):
    """
    Return a document of a resource type.

    It has what must be there; down to *full* levels also one of every other member.
    """
    return {TYPE: name, **_members(kinds()[name], random, full)}


def _members(kind, random, full):
    """Return the members of a type."""
    left_out = _left_out(kind, random)
    members = {}
    for name, element in kind.elements.items():
        needed = element.needed or name in kind.required
        chosen = any(name in c.of and c.required for c in kind.choices)
        if name in left_out or not (full or needed or chosen):
            continue
        one = _value(element, random, max(full - 1, 0))
        members[name] = [one] if element.many else one
        if full and element.extended and random.random() < 0.2:
            beside = {"extension": [_extension()]}
            members[f"_{name}"] = [beside] if element.many else beside
    if full and random.random() < 0.1:
        members[COMMENTS] = random.choice(["a comment", ["one", "two"]])
    return members


def _left_out(kind, random):
    """Return the members of each choice that are not chosen."""
    left_out = set()
    for choice in kind.choices:
        left_out |= set(choice.of) - {random.choice(choice.of)}
    return left_out


def _value(element, random, full):
    """Return one value of an element."""
    if element.primitive:
        return random.choice(VALUES[element.type])
    if element.type == ANY_RESOURCE:
        return document(random.choice(("Basic", "Patient", "Flag")), random)
    if element.type == "Extension":
        return _extension()
    return _members(kinds()[element.type], random, full)


def _extension():
    """Return an extension as publishers send them."""
    return {"url": "http://example.org/extension", "valueString": "x"}
