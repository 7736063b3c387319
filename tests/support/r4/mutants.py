"""What goes wrong with FHIR documents, one to three times a document, by a seed."""

from copy import deepcopy

from services.health_gateway.rules.elements import ANY_RESOURCE, COMMENTS, TYPE, kinds
from tests.support.r4.documents import VALUES, document
from tests.support.r4.edges import EDGES, ODD, STRANGE_TYPES


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
