"""
Our own references: keyed hashes of what others use, and ids made from ids.

A reference says nothing about the person to anyone without the key, and is the same
every time, so a repeat is recognised.
"""

import hashlib
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid5

from schemas.topics import PARTITIONS

_NAMESPACE: Final = UUID("6d0b4e1e-5a5f-5c0e-9f0a-7a5b2f3c1d90")
_SEPARATOR: Final = "\x1f"


def keyed(key: bytes, *parts: str) -> str:
    """Return 32 hexadecimal digits that stand for *parts* under *key*."""
    text = _SEPARATOR.join(parts).encode()
    return hashlib.blake2b(text, key=key, digest_size=16).hexdigest()


def made_id(*parts: str) -> UUID:
    """Return the UUID that *parts* always have (RFC 9562 version 5)."""
    return uuid5(_NAMESPACE, _SEPARATOR.join(parts))


def message_ref(gateway: str, sender: str, message_id: str) -> UUID:
    """Return the reference of one message of one sender at one gateway."""
    return made_id("message", gateway, sender, message_id)


def event_id(message: UUID, place: int, type_name: str, revision: int) -> UUID:
    """Return the id of the event that a place of a message yields at *revision*."""
    return made_id("event", str(message), str(place), type_name, str(revision))


def person_ref(key: bytes, sender: str, person: Mapping[str, Any]) -> str:
    """
    Return the person as *sender* knows them, by the best identifier given.

    The sender's own id; else NHS number or UPN with the date of birth; else a number
    alone, which is a person of its own (design §3).
    """
    born = str(person.get("date_of_birth") or "")
    for scheme in ("local_id", "nhs_number", "upn", "child_ref"):
        value = person.get(scheme)
        if value:
            dated = born if scheme in {"nhs_number", "upn"} else ""
            return "p-" + keyed(key, "person", sender, scheme, value, dated)
    raise ValueError("a person has at least one identifier")


def child_ref(key: bytes, founder: str, epoch: int) -> str:
    """Return the reference of the child that *founder* founded at *epoch*."""
    return "c-" + keyed(key, "child", founder, str(epoch))


def lookup(key: bytes, scheme: str, number: str, born: str) -> str:
    """Return the hash by which a search finds *number* with a date of birth."""
    return keyed(key, "lookup", scheme, number, born)


def record_ref(key: bytes, sender: str, sourcerecord: str) -> str:
    """Return the keyed hash of a sender's own record id."""
    return keyed(key, "record", sender, sourcerecord)


@lru_cache(maxsize=65536)
def partition_of(key: bytes) -> int:
    """Return the partition of *key*, the same for ever (CRC-32 modulo the count)."""
    return zlib.crc32(key) % PARTITIONS
