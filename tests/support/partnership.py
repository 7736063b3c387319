"""A real stack, and the agencies that publish to it and look at what it shows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import httpx

from deploy.local.stack import Stack
from tests.support.local_stack import until

ROLES: Final = {
    "urn:dfe:la:931": "send_officer",
    "urn:ods:RNU": "clinician",
    "urn:dfe:urn:123456": "senco",
    "urn:dfe:urn:990001": "senco",
}
PERSON: Final = {
    "nhs_number": "9991234519",
    "upn": "M931123424001",
    "date_of_birth": "2018-05-04",
    "family_name": "Vale",
    "given_name": "Ann",
}
"""Nobody; the number is of the range that is never issued."""

_SECONDS: Final = 90
"""Only there to end a broken run."""

_CSRF: Final = re.compile(r'name="csrf" value="([^"]+)"')


def event(own_id: str, type_name: str, occurred: str, **changes: Any) -> dict[str, Any]:
    """Return an event of the child; `data` and `person` add to what is usual."""
    data = changes.pop("data", {})
    person = {"local_id": "P88"} | changes.pop("person", PERSON)
    said = {"id": own_id, "type": type_name, "occurred": occurred}
    return {"specversion": "1.0", **said, "data": {**data, "person": person}} | changes


class Partnership:
    """The agencies of one running stack."""

    def __init__(self, stack: Stack, http: httpx.Client) -> None:
        """Speak to *stack* over *http*."""
        self.stack = stack
        self.http = http

    def headers(self, org: str, scope: str = "publish read") -> dict[str, str]:
        """Return how *org*, in its role, says who it is."""
        asked = {"org": org, "roles": [ROLES[org]], "scope": scope}
        answer = self.http.post(f"{self.stack.address('issuer')}/token", json=asked)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def publish(self, org: str, *events: dict[str, Any], at: str | None = None) -> str:
        """Send events of one child in one array; return the child, once all are there."""
        said = [{"source": org, **one} for one in events]
        own = {"X-Request-ID": str(uuid4())}
        own |= {"X-Throughline-Received-At": at} if at else {}
        headers = self.headers(org, "publish read scenario") | own
        url = self.stack.address("education_gateway")
        taken = self.http.post(f"{url}/events", json=said, headers=headers)
        assert taken.status_code == 202, taken.text
        ref = taken.json()["message_ref"]
        person = events[-1]["data"]["person"]
        until(lambda: self._shown(org, person, ref) == len(events))
        return self.find(org, person).json()["child_ref"]

    def find(self, org: str, person: dict[str, Any]) -> httpx.Response:
        """Return the answer to a search of *org* for *person*."""
        scheme = "nhs_number" if "nhs_number" in person else "upn"
        return self.http.post(
            f"{self.stack.address('timeline')}/children/search",
            json={name: person.get(name) for name in (scheme, "date_of_birth")},
            headers=self.headers(org),
        )

    def timeline(self, org: str, child: str) -> httpx.Response:
        """Return the JSON timeline of *child* as *org* may see it."""
        url = f"{self.stack.address('timeline')}/children/{child}/timeline"
        return self.http.get(url, headers=self.headers(org))

    @contextmanager
    def browser(self, org: str) -> Iterator[httpx.Client]:
        """Yield what stands for a browser in which *org* has signed in."""
        url = self.stack.address("timeline")
        asked = {"organisation": org, "role": ROLES[org]}
        with httpx.Client(base_url=url, timeout=_SECONDS, trust_env=False) as client:
            asked["csrf"] = csrf_of(client.get("/sign-in"))
            assert client.post("/sign-in", data=asked).headers["location"] == "/"
            yield client

    def _shown(self, org: str, person: dict[str, Any], message: str) -> int:
        """Return how many entries of one message *org* is shown."""
        found = self.find(org, person)
        if found.status_code != 200:
            return 0
        entries = self.timeline(org, found.json()["child_ref"]).json()["entries"]
        return sum(entry["causationid"] == message for entry in entries)


def csrf_of(page: httpx.Response) -> str:
    """Return the value that the forms of *page* carry."""
    found = _CSRF.search(page.text)
    assert found
    return found[1]


@contextmanager
def partnership(stack: Stack) -> Iterator[Partnership]:
    """Speak to *stack* in the name of its agencies."""
    with httpx.Client(timeout=_SECONDS, trust_env=False) as http:
        yield Partnership(stack, http)
