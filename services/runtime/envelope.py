"""
CloudEvents 1.0 as Kafka carries them and as HTTP shows them.

On Kafka in binary mode (attributes as `ce_` headers, data as value), so that the body
alone can be sealed; over HTTP in structured JSON. Nothing else reads or writes either.
Source: CloudEvents 1.0.2, Kafka Protocol Binding §3.2.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson

from schemas.entry import Entry
from schemas.errors import Refused
from services.runtime.refs import partition_of

Headers = list[tuple[str, bytes]]

_CONTENT_TYPE: Final = ("content-type", b"application/json")
_INTEGERS: Final = frozenset({"sourceversion", "place", "attempt", "revision"})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record that a step publishes, complete to the byte."""

    topic: str
    key: bytes
    headers: Headers
    value: bytes

    @property
    def partition(self) -> int:
        """Its partition, by its key."""
        return partition_of(self.key)

    @property
    def lane(self) -> tuple[str, int]:
        """Its topic and partition."""
        return self.topic, self.partition


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was read."""

    topic: str
    partition: int
    offset: int
    key: bytes
    attributes: Mapping[str, str]
    """CloudEvents attributes without their `ce_` prefix."""
    headers: Headers
    value: bytes
    id: UUID
    attempt: int
    """0 as first published; a person's replay raises it."""
    at_ms: int
    """Kafka's timestamp, milliseconds since 1970 UTC."""

    @property
    def sha256(self) -> bytes:
        """SHA-256 of the value."""
        return hashlib.sha256(self.value).digest()


def headers_of(attributes: Mapping[str, str | int | None]) -> Headers:
    """Return Kafka headers for *attributes*; those that are None are left out."""
    written = [
        ("ce_" + name, str(value).encode())
        for name, value in attributes.items()
        if value is not None
    ]
    return [("ce_specversion", b"1.0"), *written, _CONTENT_TYPE]


def attributes_of(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Return the `ce_` headers as text; bytes that are not UTF-8 are replaced."""
    own = [
        (name, value)
        for header, value in headers
        if value is not None and (name := _attribute(header))
    ]
    try:
        return {name: value.decode() for name, value in own}
    except UnicodeDecodeError:
        return {name: value.decode("utf-8", "replace") for name, value in own}


@lru_cache(maxsize=1024)
def _attribute(header: str) -> str:
    """Return the attribute that a header holds; nothing where it is another header."""
    return header[3:] if header.startswith("ce_") else ""


def event_data(record: Record) -> dict[str, Any]:
    """Return the JSON object that *record* carries; refuses anything else."""
    try:
        data = orjson.loads(record.value)
    except orjson.JSONDecodeError:
        raise Refused("not-understood", where="value", rule="is not JSON") from None
    if not isinstance(data, dict):
        raise Refused("not-understood", where="value", rule="is not a JSON object")
    return data


def structured(attributes: Mapping[str, str], data: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the structured CloudEvent that HTTP shows."""
    shown: dict[str, Any] = {
        name: int(value) if name in _INTEGERS else value
        for name, value in attributes.items()
    }
    return {"specversion": "1.0"} | shown | {"data": data}


def entry_of(attributes: Mapping[str, str], data: Mapping[str, Any]) -> Entry:
    """Return the linked event as a reader keeps it; refuses one that is not whole."""
    try:
        return Entry(
            id=attributes["id"],
            type=attributes["type"],
            source=attributes["source"],
            time=attributes["time"],
            knownat=attributes["knownat"],
            occurred=attributes["occurred"],
            occurredprecision=attributes["occurredprecision"],
            category=attributes["category"],
            sensitivity=attributes["sensitivity"],
            correlationid=attributes["correlationid"],
            causationid=attributes["causationid"],
            personref=attributes["personref"],
            sourcerecord=attributes["sourcerecord"],
            sourceversion=int(attributes["sourceversion"]),
            data=data,
            revision=int(attributes.get("revision", "1")),
        )
    except KeyError as missing:
        where = f"ce_{missing.args[0]}"
        raise Refused("not-understood", where=where, rule="is required") from None
    except ValueError:
        rule = "must be a whole number"
        where = "ce_sourceversion, ce_revision"
        raise Refused("not-understood", where=where, rule=rule) from None
