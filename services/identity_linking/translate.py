"""Translated events become linked ones; decisions become `person.linked`. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from schemas import topics
from schemas.errors import Refused
from schemas.history import WITHDRAWAL
from schemas.identifiers import is_organisation
from services.identity_linking.rules import Stated, stated
from services.runtime import instants, refs
from services.runtime.envelope import Outgoing, Record, event_data, headers_of

_ASKS: Final = "ehcna.advice_requested.v1"
PERSON_LINKED: Final = "person.linked.v1"


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


def namings(
    said: Mapping[str, str], data: Mapping[str, Any]
) -> set[tuple[str, str, bool, str, str]]:
    """Return who sent, or is named in, an event, for its person."""
    kind = (said["category"], said["sensitivity"])
    person, source = said["personref"], said["source"]
    rows = {(person, org, False, *kind) for org in orgs_named(data)}
    return rows | {(person, source, True, *kind)}


def asked(
    said: Mapping[str, str], data: Mapping[str, Any]
) -> list[tuple[str, str, int, str, str, str, str]]:
    """Return the record by which an event asks a body for something, if it does."""
    if said["type"] != _ASKS:
        return []
    record = said["source"], said["sourcerecord"], int(said["sourceversion"])
    kind = said["category"], said["sensitivity"]
    return [(*record, said["personref"], str(data["body"]), *kind)]


def withdrawn(
    said: Mapping[str, str], data: Mapping[str, Any]
) -> list[tuple[str, str, int | None]]:
    """Return the record and version that an event takes back, if it does."""
    if said["type"] != WITHDRAWAL:
        return []
    named = data["withdraws"]
    return [(said["source"], named["sourcerecord"], named.get("sourceversion"))]


def lookups(
    said: Stated, hashes: Mapping[str, str], category: str, sensitivity: str
) -> list[list[str]]:
    """
    Return the hashes by which a search finds *said*, with what may reveal them.

    A viewer's search may use a number only if the event that stated it may be seen.
    """
    return [
        [hashes[scheme], category, sensitivity]
        for scheme, _ in said.numbers
        if scheme in hashes
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
