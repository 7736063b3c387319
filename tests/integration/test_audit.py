"""Every disclosure leaves a row before it leaves the house; no row, no disclosure."""

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.runtime.audit import NO_AGREEMENT
from tests.integration.test_doors_health import bundle, post, settled
from tests.support.agencies import COUNCIL, SCHOOL, TRUST, event, somebody
from tests.support.local_stack import fetch, until
from tests.support.partnership import csrf_of

REQUESTED = "ehcna.requested.v1"
ASKED = "ehcna.advice_requested.v1"


@dataclass
class Told:
    """What the doors are asked about."""

    agencies: Any
    child: str
    person: dict[str, Any]
    receipt: dict[str, Any]
    referral: str
    browser: httpx.Client

    def sql(self, statement):
        """Return the rows of *statement*."""
        return asyncio.run(fetch(self.agencies.stack.dsn, statement))

    def get(self, service, path, org, *roles, scope="publish read"):
        """Ask a door as *org*."""
        headers = self.agencies.as_(org, *roles, scope=scope)
        return self.agencies.http.get(self.agencies.url(service, path), headers=headers)

    def post(self, service, path, said, org, *roles, scope="publish read"):
        """Ask a door with a body, as *org*."""
        headers = self.agencies.as_(org, *roles, scope=scope)
        url = self.agencies.url(service, path)
        return self.agencies.http.post(url, json=said, headers=headers)

    def form(self):
        """Return what the search form says."""
        born = dict(zip(("year", "month", "day"), (2018, 5, 4), strict=True))
        said = {"upn": self.person["upn"], "csrf": csrf_of(self.browser.get("/"))}
        return said | {f"date_of_birth-{name}": str(n) for name, n in born.items()}

    def refused(self):
        """Refuse a message, and return its reference at the console."""
        own = self.agencies.post({}).headers["Location"].removeprefix("/messages/")
        where = f"FROM console.refused WHERE message_ref = '{own}'"
        until(lambda: self.sql(f"SELECT ref {where}"))
        return str(self.sql(f"SELECT ref {where}")[0]["ref"])

    def parted(self):
        """Return a person of its own, to be parted from its child."""
        own = self.agencies.publish(event(somebody(), REQUESTED))["events"][0]["id"]
        found = (
            f"SELECT person_ref FROM identity_linking.events WHERE event_id = '{own}'"
        )
        return self.sql(found)[0]["person_ref"]


OPERATOR = {"scope": "operate read"}
DOORS = {
    "timeline": (
        "timeline",
        lambda t: t.get("timeline", f"/children/{t.child}/timeline", COUNCIL),
    ),
    "page": ("timeline", lambda t: t.browser.get(f"/children/{t.child}")),
    "search": ("timeline", lambda t: t.agencies.find(t.person)),
    "search page": ("timeline", lambda t: t.browser.post("/search", data=t.form())),
    "clock": (
        "clocks",
        lambda t: t.get("clocks", f"/children/{t.child}/clocks/{clock_of(t)}", COUNCIL),
    ),
    "feed": ("delivery", lambda t: t.agencies.feed(SCHOOL)),
    "identifiers": (
        "identity_linking",
        lambda t: t.get("identity_linking", f"/children/{t.child}/identifiers", TRUST),
    ),
    "reviews": (
        "identity_linking",
        lambda t: t.get("identity_linking", "/reviews", COUNCIL, "steward", **OPERATOR),
    ),
    "unlink": (
        "identity_linking",
        lambda t: t.post(
            "identity_linking",
            f"/persons/{t.parted()}/unlink",
            {"reason": "wrong child"},
            *(COUNCIL, "steward"),
            **OPERATOR,
        ),
    ),
    "receipt of an event": (
        "education_gateway",
        lambda t: t.get(
            "education_gateway", f"/messages/{t.receipt['message_ref']}", COUNCIL
        ),
    ),
    "receipt of a referral": (
        "health_gateway",
        lambda t: t.get("health_gateway", t.referral, TRUST),
    ),
    "trace": (
        "console",
        lambda t: t.post(
            "console", "/trace", {"id": t.child}, *AS_OPERATOR, **OPERATOR
        ),
    ),
    "refused list": (
        "console",
        lambda t: t.get("console", "/refused", *AS_OPERATOR, **OPERATOR),
    ),
    "refused show": (
        "console",
        lambda t: t.get("console", f"/refused/{t.refused()}", *AS_OPERATOR, **OPERATOR),
    ),
    "replay": (
        "console",
        lambda t: t.post(
            "console",
            "/refused/replay",
            {"refs": [t.refused()], "reason": "mended meanwhile"},
            *AS_OPERATOR,
            **OPERATOR,
        ),
    ),
}
"""Each door that shows something of a child or of a message, and how it is asked."""
AS_OPERATOR = (COUNCIL, "operator")


def clock_of(told):
    """Return a clock of the child that the clocks know."""
    [row, *_] = told.sql(
        f"SELECT clock_id FROM clocks.clocks WHERE child_ref = '{told.child}'"
        " AND facts <> '' ORDER BY clock_id"
    )
    return row["clock_id"]


@pytest.fixture(scope="module")
def told(agencies, stack):
    """A child of whom council, school and trust know something, and a console."""
    stack.start_service("console")
    stack.wait_ready("console", seconds=180)
    person = somebody(nhs_number=None)
    events = [
        event(person, REQUESTED, data={"school": SCHOOL}),
        event(person, ASKED, data={"body": TRUST, "received_on": "2026-03-03"}),
    ]
    receipt = agencies.publish(*events)
    answer = post(agencies, bundle(somebody(upn=None)))
    settled(agencies, answer)
    child = agencies.child_of(person)
    location = answer.headers["Location"]
    with signed_in(agencies) as browser:
        made = Told(agencies, child, person, receipt, location, browser)
        until(lambda: made.sql(clocks_of(child)))
        until(lambda: agencies.feed(SCHOOL).json()["events"])
        yield made
    stack.stop("console")


def clocks_of(child):
    """Return how the clocks of a child are looked for."""
    return f"SELECT 1 FROM clocks.clocks WHERE child_ref = '{child}'"


@contextmanager
def signed_in(agencies):
    """Yield what stands for a browser in which the council has signed in."""
    url = agencies.stack.address("timeline")
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        asked = {"organisation": COUNCIL, "role": "send_officer"}
        asked["csrf"] = csrf_of(client.get("/sign-in"))
        client.post("/sign-in", data=asked)
        yield client


def rows(told, schema):
    """Return the audit rows of a service."""
    return told.sql(f"SELECT * FROM {schema}.audit ORDER BY at")


@pytest.mark.parametrize("door", DOORS)
def test_a_disclosure_leaves_one_row(told, door):
    """Who, as what, which door, about whom, by which agreement in which version."""
    schema, ask = DOORS[door]
    before = len(rows(told, schema))
    answer = ask(told)

    assert answer.status_code in {200, 303}, answer.text
    [row] = rows(told, schema)[before:]
    assert row["action"] == door.split()[0].replace("page", "timeline")
    assert row["org"] in {COUNCIL, TRUST, SCHOOL}
    assert row["token_id"]
    own = row["action"] == "receipt"
    assert (row["agreement"] == NO_AGREEMENT) == own
    assert (row["version"] == NO_AGREEMENT) == own
    assert row["shown"]


@pytest.mark.parametrize("door", DOORS)
def test_without_its_row_nothing_is_shown(told, door):
    """While the audit cannot be written: 503, when to ask again, and no content."""
    schema, ask = DOORS[door]
    name = f"{schema}.audit"
    told.sql(f"ALTER TABLE {name} RENAME TO audit_away")
    try:
        answer = ask(told)
    finally:
        told.sql(f"ALTER TABLE {schema}.audit_away RENAME TO audit")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    for secret in (told.child, told.receipt["events"][0]["id"], "ehcna", "c-"):
        assert secret not in answer.text
    assert ask(told).status_code in {200, 303}


def test_what_is_not_disclosed_leaves_no_row(told):
    """An unknown child, another's message and an empty page tell nobody anything."""
    before = {one: len(rows(told, one)) for one in ("timeline", "education_gateway")}
    unknown = told.get("timeline", f"/children/c-{uuid4().hex}/timeline", COUNCIL)
    another = told.get(
        "education_gateway", f"/messages/{told.receipt['message_ref']}", SCHOOL
    )

    assert {unknown.status_code, another.status_code} == {404}
    assert before == {one: len(rows(told, one)) for one in before}


def test_a_row_names_what_was_shown(told):
    """Afterwards it can be said which entries somebody saw."""
    shown = told.get("timeline", f"/children/{told.child}/timeline", COUNCIL).json()
    row = rows(told, "timeline")[-1]

    assert row["subject"] == told.child
    for entry in shown["entries"]:
        assert entry["id"] in row["shown"]


def test_no_row_holds_who_the_child_is(told):
    """The audit speaks in references: no name, number or date of birth."""
    told.agencies.find(told.person)
    told.get("identity_linking", f"/children/{told.child}/identifiers", TRUST)
    for schema in ("timeline", "identity_linking", "console", "delivery", "clocks"):
        text = "".join(str(dict(row)) for row in rows(told, schema))
        for said in ("upn", "family_name", "given_name", "date_of_birth"):
            assert told.person[said] not in text
