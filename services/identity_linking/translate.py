"""Translated events become linked ones; decisions become `person.linked`. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from schemas import topics
from schemas.agreement import WITHDRAWAL_CATEGORY
from schemas.entry import Entry
from schemas.errors import Refused
from schemas.history import WITHDRAWAL, standing
from schemas.identifiers import NAMELESS, is_organisation
from schemas.naming import namings
from services.identity_linking.rules import Stated, stated
from services.runtime import instants, refs
from services.runtime.envelope import Outgoing, Record, event_data, headers_of

ASKS: Final = "ehcna.advice_requested.v1"
PERSON_LINKED: Final = "person.linked.v1"
IDENTIFIED: Final = "person.identified.v1"


Claim = tuple[str, str, int, int, str, str]
"""Sender, record, version, revision, type, and of a withdrawal whom it tells."""


@dataclass(slots=True)
class Told:
    """One translated event, opened."""

    record: Record
    person: Mapping[str, Any]
    data: Mapping[str, Any]
    said: Stated
    child_ref: str | None
    """The child that the sender named by our reference, if it did."""

    @property
    def ref(self) -> str:
        """Its person."""
        return self.record.attributes["personref"]

    @property
    def sender(self) -> str:
        """Who sent it."""
        return self.record.attributes["source"]

    @property
    def other_ids(self) -> tuple[str, ...]:
        """What else its sender calls the person."""
        return tuple(self.person.get("other_ids") or ())

    @property
    def says_something(self) -> bool:
        """Whether it identifies its person; what a record moved away from need not."""
        return self.said != Stated() or self.child_ref is not None

    @property
    def moved_to(self) -> str | None:
        """The person whom a record is about now, where it was about this one."""
        return self.record.attributes.get("movedto")

    @property
    def kind(self) -> tuple[str, str]:
        """Its category and sensitivity."""
        said = self.record.attributes
        return said["category"], said["sensitivity"]


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, as it is kept and published."""

    epoch: int
    child_ref: str
    persons: tuple[str, ...]
    reason: str
    evidence: tuple[str, ...]
    joined: tuple[str, ...] = ()
    """Children that are from now on called by `child_ref`."""
    parted: tuple[str, ...] = ()
    """Persons whom a steward has parted `persons` from; no rule links them again."""


def told_of(record: Record) -> Told:
    """Return a translated event opened; refuses one that is not whole."""
    body = event_data(record)
    if "personref" not in record.attributes or "person" not in body:
        rule = "the event does not name its person"
        raise Refused("not-understood", where="person", rule=rule)
    person = body["person"]
    said = stated(person)
    return Told(record, person, body["data"], said, person.get("child_ref"))


def orgs_named(data: Mapping[str, Any]) -> set[str]:
    """Return the organisations that event data name, in any member."""
    return set(_orgs(data.values()))


def _orgs(values: Iterable[Any]) -> Iterable[str]:
    """Yield each organisation among *values*, lists included."""
    for value in values:
        if isinstance(value, list):
            yield from _orgs(value)
        elif is_organisation(value):
            yield value


def claim(said: Mapping[str, str]) -> Claim:
    """
    Return what an event has its one effect for: record, version, revision and type.

    A withdrawal has it once for each person whom what it takes back was about.
    """
    number = int(said["sourceversion"]), int(said.get("revision", 1))
    whom = said["personref"] if said["type"] == WITHDRAWAL else ""
    return said["source"], said["sourcerecord"], *number, said["type"], whom


def content(said: Mapping[str, str], data: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of what an event states; not of how it names its person."""
    when = [said["occurred"], said["occurredprecision"], said["sensitivity"]]
    stated = orjson.dumps([when, dict(data)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(stated).digest()


def kept(
    said: Mapping[str, str], data: Mapping[str, Any], statement: str
) -> tuple[Any, ...]:
    """
    Return the row that identity keeps of an event, in the order of its columns.

    *statement* is the digest of how it names its person, kept of identifications alone.
    """
    named = (data.get("withdraws") or {}) if said["type"] == WITHDRAWAL else {}
    return (
        *claim(said),
        said["id"],
        said["personref"],
        said["time"],
        said["category"],
        said["sensitivity"],
        str(data["body"]) if said["type"] == ASKS else None,
        " ".join(sorted(orgs_named(data))),
        named.get("sourcerecord"),
        named.get("sourceversion"),
        named.get("upto"),
        named.get("until"),
        content(said, data),
        statement if said["type"] == IDENTIFIED else None,
    )


def identification(told: Told) -> tuple[str, str] | None:
    """Return sender and record of what identifies a child, or takes back what may do so."""
    kind = told.record.attributes["type"]
    if kind == IDENTIFIED:
        return told.sender, told.record.attributes["sourcerecord"]
    if kind == WITHDRAWAL:
        return told.sender, (told.data.get("withdraws") or {}).get("sourcerecord", "")
    return None


def asks(org: str, events: Iterable[Entry]) -> list[tuple[str, str]]:
    """Return category and sensitivity of what *events* ask of *org* and still stands."""
    return [
        (entry.category, entry.sensitivity)
        for entry in standing(events)
        if entry.type == ASKS and entry.data["body"] == org
    ]


def names(org: str, events: Iterable[Entry]) -> bool:
    """
    Return whether an event from *org*, or one that names it, still stands.

    What took it back counts unless it is about safeguarding: *org* might not see that,
    and must not learn of it by being refused.
    """
    return any(
        naming.org == org
        and not (naming.own and naming.category == WITHDRAWAL_CATEGORY)
        and all(sensitivity == "safeguarding" for _, sensitivity in naming.undone_by)
        for naming in namings(events)
    )


def unread_attributes(
    said: Mapping[str, str | int | None], own_id: UUID
) -> dict[str, str | int | None]:
    """Return the attributes of what says, without content, that an event was refused."""
    own = {"id": str(own_id), "type": "message.refused.v1", "sourcerecord": own_id.hex}
    return {**said, **own}


def lookups(
    said: Stated, hashes: Mapping[str, str], category: str, sensitivity: str
) -> list[list[str]]:
    """
    Return the hashes by which a search finds *said*, with what may reveal them.

    A viewer's search may use a number only if the event that stated it may be seen. One
    stated without a name founds a child of its own: it is marked, so that it does not
    hide the child who has the number with a name.
    """
    mark = [] if said.named else [NAMELESS]
    return [
        [hashes[number], category, sensitivity, *mark]
        for _, number in said.numbers
        if number in hashes
    ]


def linked_attributes(
    said: Mapping[str, str], *, child_ref: str, knownat: str
) -> dict[str, str | int | None]:
    """Return the attributes of an event whose child is known."""
    dropped = {"specversion", "requestid", "attempt", "movedto"}
    kept: dict[str, str | int | None] = {
        name: value for name, value in said.items() if name not in dropped
    }
    return kept | {"subject": child_ref, "knownat": knownat}


def decision_attributes(
    own_id: str, *, child_ref: str, knownat: str
) -> dict[str, str | int | None]:
    """Return the attributes of a `person.linked` event."""
    return {
        "id": own_id,
        "source": "urn:throughline:identity",
        "type": PERSON_LINKED,
        "time": knownat,
        "subject": child_ref,
        "occurred": knownat,
        "occurredprecision": "instant",
        "knownat": knownat,
        "category": "identity",
        "sensitivity": "normal",
    }


def decision_data(
    decided: Mapping[str, Any], found_by: Mapping[str, Sequence[Sequence[str]]]
) -> bytes:
    """Return the body of `person.linked`: the decision, and lookups by person."""
    lookups = {person: list(hashes) for person, hashes in found_by.items()}
    return orjson.dumps({**decided, "lookups": lookups})


def decided(body: Mapping[str, Any]) -> Decided:
    """Return the decision that `person.linked` carries."""
    return Decided(
        epoch=int(body["epoch"]),
        child_ref=body["child_ref"],
        persons=tuple(body["persons"]),
        reason=body["reason"],
        evidence=tuple(body["evidence"]),
        joined=tuple(body["joined"]),
        parted=tuple(body.get("parted", ())),
    )


def linked_record(
    decided: Decided,
    knownat: datetime,
    found_by: Mapping[str, list[list[str]]],
) -> Outgoing:
    """Return the `person.linked` record of a decision."""
    own = refs.made_id("person.linked", str(decided.epoch), decided.child_ref)
    said = decision_attributes(
        str(own), child_ref=decided.child_ref, knownat=instants.text(knownat)
    )
    body = decision_data(asdict(decided), found_by)
    key = decided.child_ref.encode()
    return Outgoing(topics.EVENTS_LINKED.name, key, headers_of(said), body)
