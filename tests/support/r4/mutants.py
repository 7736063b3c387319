"""What goes wrong with FHIR documents, one to three times a document, by a seed."""

from copy import deepcopy

from services.health_gateway.rules.elements import (
    ANY_RESOURCE,
    COMMENTS,
    TYPE,
    kinds,
)
from tests.support.r4.documents import VALUES, document

ODD = (
    None,
    "",
    " ",
    "\u00a0",
    "x",
    "x_y",
    "x" * 256,
    "a  b",
    "true",
    "1",
    "1.0",
    "0",
    0,
    1,
    -1,
    1.5,
    1.0,
    -0.0,
    1e300,
    2**31,
    2**62,
    True,
    False,
    [],
    {},
    [None],
    [[]],
    [{}],
    ["x"],
    {"x": 1},
    {"id": "x"},
    {"extension": []},
    {"extension": None},
    {"extension": [{"url": "u"}]},
    {"extension": [{"url": "u", "valueString": "a", "valueCode": "b"}]},
    {"value": "x"},
)
"""Put anywhere."""
EDGES = {
    "base64Binary": (
        "a",
        "ab",
        "abc",
        "ab==",
        "a===",
        "!!!!",
        "é",
        "====",
        " a b c d ",
    ),
    "boolean": ("yes", "on", "T", 2, 0.5, "maybe"),
    "canonical": ("a b",),
    "code": (" a", "a ", "a\nb", "a\tb c"),
    "date": [
        "2026-02-29",
        "2024-02-29",
        "1900-02-29",
        "2000-02-29",
        "2026-04-31",
        "2026-00",
        "2026-13",
        "0000",
        "10000",
        "2026-3-2",
        "2026-03-02T00:00:00Z",
        "20260302",
        "-001",
        "0001-01-01",
        "9999-12-31",
    ],
    "dateTime": [
        "2026-03-02T09:00",
        "2026-03-02T09:00:00",
        "2026-03-02T24:00:00Z",
        "2015-02-29T01:00:00Z",
        "2026-03-02T09:00:00+14:00",
        "2026-03-02T09:00:00+14:01",
        "2026-03-02T09:00:00-00:00",
        "2026-03-02T09:00:60Z",
        "2026-03-02T09:00:61Z",
        "2026-03-02T09:00:00.Z",
        "2026-03-02T09Z",
        "2026-03-02T09:00:00.1234567890123Z",
        "2026-03-02t09:00:00z",
        "2026-13-02T09:00:00Z",
        "2015-02-30T23:59:60Z",
        "2026-03-02T12:011:30Z",
    ],
    "decimal": [
        "1.10",
        "+1",
        "01",
        ".5",
        "1.",
        "1e5",
        "1E+400",
        "NaN",
        "Infinity",
        "-0",
        "1e999999999999999999",
        "1e1000000000000000000",
        "١",
        "--1",
    ],
    "id": ("a_b", "a/b", "", "x" * 255, "x" * 256, "é", "a\n"),
    "instant": [
        "2026-03-02",
        "2026",
        "2026-03-02T09:00:00",
        "2026-03-02T09:00:60.5+01:00",
        "2026-02-30T09:00:00Z",
    ],
    "integer": (
        "1",
        " 1 ",
        "+1",
        "1_0",
        "1.0",
        "1.5",
        2**31 - 1,
        -(2**31),
        -(2**31) - 1,
    ),
    "markdown": ("", "\u00a0", "\n"),
    "oid": ("urn:oid:3.1", "1.2.3", "urn:oid:1.02", "urn:oid:1", "urn:oid:2.0\n"),
    "positiveInt": (0, "0", True, False, 2**31),
    "string": ("\u00a0", "\u2003", "\x0b", "\x1f", "\u200b", "\t"),
    "time": ("24:00:00", "09:30", "09:30:60", "9:30:00", "09:30:00Z", 86399, 86400),
    "unsignedInt": (-1, "-0", "٣"),
    "uri": ("a b", "", "\u00a0"),
    "url": ("", "a b", "\u00a0"),
    "uuid": (
        "c757873d-ec9a-4326-a141-556f43239520",
        "c757873dec9a4326a141556f43239520",
        "c757873d-ec9a-1326-a141-556f43239520",
        "{c757873d-ec9a-4326-a141-556f43239520}",
        "urn:uuid:C757873D-EC9A-4326-A141-556F43239520",
    ),
    "xhtml": ("", "<div>"),
}
"""What lies near the border of each primitive type, on either side."""
STRANGE_TYPES = ("Nope", "ReferralRequest", "Extension", "BundleEntry", 3, None, "", [])


class Place:
    """A member of an object in a document, and what R4 says of it."""

    def __init__(self, members, name, kind):
        """A member *name* of *members*, an object of *kind*."""
        self.members, self.name, self.kind = members, name, kind
        self.element = kind.elements.get(name)

    @property
    def value(self):
        """What stands there."""
        return self.members[self.name]

    @value.setter
    def value(self, value):
        """Put *value* there."""
        self.members[self.name] = value


def mutant(given, random, *, most=3):
    """Return *given* with one to *most* things wrong, or changed and still right."""
    changed = deepcopy(given)
    for _ in range(random.randint(1, most)):
        there = list(places(changed))
        if not there:
            break
        random.choice(CHANGES)(random.choice(there), random)
    return changed


def places(document):
    """Yield every member of every object that stands where R4 has an object."""
    kind = kinds().get(str(document.get(TYPE))) if isinstance(document, dict) else None
    if kind is not None:
        yield from _members(document, kind)


def _members(members, kind):
    """Yield the members of an object and of those within it."""
    for name, value in members.items():
        yield Place(members, name, kind)
        element = kind.elements.get(name)
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                continue
            if name.startswith("_"):
                yield from _members(one, kinds()["FHIRPrimitiveExtension"])
            elif element is None or element.primitive:
                continue
            elif element.type == ANY_RESOURCE:
                yield from places(one)
            else:
                yield from _members(one, kinds()[element.type])


def _remove(place, _random):
    """Take a member away."""
    del place.members[place.name]


def _null(place, _random):
    """Put null."""
    place.value = None


def _odd(place, random):
    """Put something that hardly ever belongs there."""
    place.value = deepcopy(random.choice(ODD))


def _edge(place, random):
    """Put what lies near the border of its type."""
    if place.element and place.element.primitive:
        kind = place.element.type
        value = random.choice((*EDGES[kind], *VALUES[kind]))
        place.value = [value] if place.element.many else value


def _other_primitive(place, random):
    """Put a value of any type."""
    place.value = random.choice(random.choice(tuple(VALUES.values())))


def _rename(place, random):
    """Call it something else."""
    near = (
        *place.kind.elements,
        place.name.upper(),
        place.name + "s",
        "_" + place.name,
    )
    place.members[random.choice(near)] = place.members.pop(place.name)


def _wrap(place, _random):
    """Put an array around it."""
    place.value = [place.value]


def _unwrap(place, _random):
    """Take its first item."""
    if isinstance(place.value, list) and place.value:
        place.value = place.value[0]


def _double(place, _random):
    """Have it twice."""
    if isinstance(place.value, list):
        place.value = [*place.value, *deepcopy(place.value)]
    else:
        place.value = [place.value, deepcopy(place.value)]


def _item(place, random):
    """Put something odd into an array."""
    if isinstance(place.value, list):
        where = random.randint(0, len(place.value))
        place.value = [*place.value[:where], random.choice(ODD), *place.value[where:]]


def _choose_again(place, random):
    """Make a choice that may be made already."""
    for choice in place.kind.choices:
        name = random.choice(choice.of)
        kind = place.kind.elements[name].type
        place.members[name] = random.choice(VALUES.get(kind, ({}, None)))


def _beside(place, random):
    """Put something beside it, and perhaps take it away."""
    beside = random.choice(
        (
            {"extension": [{"url": "u", "valueCode": "x"}]},
            {"id": "x"},
            {"extension": []},
            {COMMENTS: "x"},
            {},
            None,
            [None],
            [{"id": "x"}],
            "x",
        )
    )
    place.members["_" + place.name] = deepcopy(beside)
    if random.random() < 0.5:
        random.choice((_null, _remove))(place, random)


def _comments(place, random):
    """Put a comment, or what is none."""
    place.members[COMMENTS] = random.choice(("x", ["x"], [], "", None, 3, [None], {}))


def _type(place, random):
    """Say another type."""
    named = (place.kind.name, random.choice(tuple(kinds())), *STRANGE_TYPES)
    place.members[TYPE] = deepcopy(random.choice(named))


def _contain(place, random):
    """Put a resource there, perhaps a wrong one."""
    inner = document(random.choice(("Basic", "Task", "Bundle")), random)
    if random.random() < 0.5:
        inner = {**inner, TYPE: random.choice(STRANGE_TYPES)}
    elif random.random() < 0.5:
        inner = mutant(inner, random, most=1)
    name = random.choice(("contained", "resource"))
    place.members[name] = [inner] if name == "contained" else inner


CHANGES = (
    _remove,
    _null,
    _odd,
    _odd,
    _edge,
    _edge,
    _edge,
    _other_primitive,
    _rename,
    _wrap,
    _unwrap,
    _double,
    _item,
    _choose_again,
    _beside,
    _comments,
    _type,
    _contain,
)
"""Drawn from evenly; what finds most stands here more than once."""
