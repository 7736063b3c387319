"""The descriptions of the HTTP doors are true of what the doors answer."""

from datetime import date
from uuid import UUID

import pytest

from deploy.documents import doors, services
from schemas.agreement import Agency
from services.education_gateway.api.answers import answer_of
from services.education_gateway.errors import EventRefused
from services.runtime.intake.messages import Item
from services.runtime.intake.showing import told
from services.runtime.problems import Problem, unknown
from services.timeline import rules
from tests.support.clocks import RULES, decided, requested
from tests.support.conformance import faults
from tests.support.inbound import AT, inbound

TODAY = date(2026, 3, 9)
COUNCIL = Agency(urn="urn:dfe:la:931", name="Oxfordshire", connected=True)
ABSENT = Agency(urn="urn:ods:RTH", name="Oxford University Hospitals", connected=False)


@pytest.fixture(scope="module")
def documents():
    """Yield the OpenAPI document of each service."""
    made = services.built().items()
    return {name: doors.described(*parts) for name, parts in made}


def against(document, name, value):
    """Return how *value* differs from the schema *name* of *document*."""
    return faults(value, document["components"]["schemas"][name], document)


def shown():
    """Return a timeline with two entries, a clock and two sources."""
    entries = [requested(), decided("2026-03-08")]
    return {
        "child_ref": "c-1",
        "as_of": "2026-03-09T09:00:00Z",
        **rules.timeline(entries, RULES, TODAY),
        "sources": rules.sources(entries, [COUNCIL, ABSENT], {}),
    }


def test_a_timeline_is_as_described(documents):
    """Each entry, clock and source has the members that the contract lists, and no more."""
    document, timeline = documents["timeline"], shown()
    known = document["components"]["schemas"]

    assert against(document, "Timeline", timeline) == []
    assert len(timeline["clocks"]) == 3
    for kind, listed in (
        ("Entry", "entries"),
        ("Clock", "clocks"),
        ("Source", "sources"),
    ):
        for one in timeline[listed]:
            assert one.keys() == known[kind]["properties"].keys()


def test_an_accepted_message_is_answered_as_described(documents):
    """The 202 of the education gateway, with a refused item in it, is as described."""
    message, item = inbound()
    bad = EventRefused([("/type", "must be a type")], reason="unknown-type")
    answer = answer_of(message, [item, Item(1, b"{}", refused=bad)])

    assert against(documents["education_gateway"], "Accepted", answer) == []


@pytest.mark.parametrize(
    "problem",
    [unknown(), Problem(422, "not-understood", "Mend it.", errors=[{"where": "/a"}])],
    ids=lambda problem: problem.reason,
)
def test_a_problem_is_as_described(documents, problem):
    """What a door says when it cannot do it is problem details."""
    assert against(documents["timeline"], "Problem", problem.body()) == []


def test_every_door_wants_a_token_and_says_so(documents):
    """Each operation is secured, and its 401 is described."""
    for document in documents.values():
        assert document["security"] == [{"token": []}]
        for methods in document["paths"].values():
            assert all(
                "401" in operation["responses"] for operation in methods.values()
            )


def test_publishing_needs_a_request_id(documents):
    """Both publishing doors say that X-Request-ID is required."""
    for service, path in (
        ("health_gateway", "/$process-message"),
        ("education_gateway", "/events"),
    ):
        parameters = documents[service]["paths"][path]["post"]["parameters"]
        required = {one["name"] for one in parameters if one["required"]}
        assert required == {"X-Request-ID"}


def test_every_operation_has_a_name_of_its_own(documents):
    """No two operations of a service share an operationId."""
    for document in documents.values():
        ids = [o["operationId"] for m in document["paths"].values() for o in m.values()]
        assert len(ids) == len(set(ids))


def test_no_page_is_described_as_a_door(documents):
    """Pages are for people; only what programs use is in the contract."""
    paths = documents["timeline"]["paths"].keys() | documents["console"]["paths"].keys()

    assert not paths & {"/", "/sign-in", "/children/{ref}", "/search"}


@pytest.mark.parametrize("state", ["linked", "refused"])
def test_a_receipt_is_as_described(documents, state):
    """What follows a message has the members described, known event or refused item."""
    known = state == "linked"
    row = {"event_id": UUID(int=1) if known else None, "place": 0, "state": state}
    row |= {"type": "ehcna.requested.v1" if known else None}
    row |= dict.fromkeys(("reason", "rule", "where_"), None if known else "not-so")
    no_fault = {"reason": None, "rule": None, "place": None, "awaited": 0}
    kept = {"state": "translated", "received_at": AT} | no_fault

    answer = told(UUID(int=2), kept, [row])

    assert against(documents["education_gateway"], "Receipt", answer) == []
    assert against(documents["health_gateway"], "Receipt", answer) == []
