"""The timelines of a council's children, asked as the council, several at once."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import httpx

from deploy.returns.persons import Person
from services.console.cli.answers import body_of
from services.console.clients.asking import Asking, Hat, roles_of
from services.console.clients.places import places

_AT_ONCE: Final = 8
_SECONDS: Final = 60.0

Entry = dict[str, Any]


def timelines(
    org: str, persons: Iterable[Person]
) -> Iterator[tuple[Person, Sequence[Entry]]]:
    """
    Yield each person with the entries that the council may see of them.

    None at all where the council has sent nothing about the person, or may not see it.
    """
    with (
        httpx.Client(timeout=_SECONDS, trust_env=False) as http,
        ThreadPoolExecutor(_AT_ONCE) as threads,
    ):
        asks = Asking(places(os.environ), Hat(org, tuple(roles_of(org))), http)
        listed = list(persons)
        found = threads.map(lambda person: _entries(asks, person), listed)
        yield from zip(listed, found, strict=True)


def _entries(asks: Asking, person: Person) -> Sequence[Entry]:
    """Return the entries of one person that stand, in their order."""
    asked = {"local_id": person.local_id}
    answer = asks.post("timeline", "/children/search", asked)
    if answer.status_code == httpx.codes.NOT_FOUND:
        return ()
    ref = body_of(answer)["child_ref"]
    shown = body_of(asks.get("timeline", f"/children/{ref}/timeline"))
    return [entry for entry in shown["entries"] if entry["state"] == "linked"]
