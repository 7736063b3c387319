"""A gateway in production hears of no NHS number that only tests and examples use."""

import shutil
from uuid import uuid4

import pytest
import yaml

from deploy.local import processes
from deploy.local.services import ROOT
from tests.support.agencies import COUNCIL, event, nhs_number, somebody, upn
from tests.support.local_stack import until
from tests.support.school_files import csv_of

EVERYONE = {
    "publisher": COUNCIL,
    "hears_of": "everyone",
    "lawful_basis": "invented",
    "valid_from": "2020-01-01",
    "valid_until": None,
}
LIVE = "education_gateway-2"


@pytest.fixture(scope="module")
def gateway(agencies, tmp_path_factory):
    """The address of a gateway in production, that takes every file in."""
    contracts = tmp_path_factory.mktemp("live") / "contracts"
    shutil.copytree(ROOT / "contracts", contracts)
    rules = yaml.safe_dump({"rules": [EVERYONE]})
    (contracts / "scope" / "scope.yaml").write_text(rules)
    env = {"THROUGHLINE_MODE": "production", "THROUGHLINE_CONTRACTS": str(contracts)}
    stack = agencies.stack
    stack.start_service("education_gateway", 2, env)
    stack.wait_ready(LIVE)
    stack.pause("education_gateway")
    yield stack.address("education_gateway", 2)
    stack.resume("education_gateway")
    processes.stop([stack.processes.pop(LIVE)], 10)


@pytest.fixture
def send(agencies, gateway):
    """Return what posts something of the council's there."""

    def post(path, **body):
        """Return the answer."""
        headers = agencies.as_(COUNCIL) | {"X-Request-ID": str(uuid4())}
        headers |= {"Content-Type": "text/csv"} if "content" in body else {}
        return agencies.http.post(gateway + path, headers=headers, **body)

    return post


def test_an_event_of_such_a_number_is_refused(send):
    """The sender is told where it stands, and not what it is."""
    answer = send("/events", json=event(somebody(), "concern.raised.v1"))

    assert answer.status_code == 422
    assert [e["where"] for e in answer.json()["errors"]] == ["/data/person/nhs_number"]


def test_a_row_of_such_a_number_is_set_aside(agencies, gateway, send):
    """Its report says so; nothing of it becomes an event."""
    row = {
        "upn": upn(70_001),
        "nhs_number": nhs_number(70_001),
        "traced_on": "2026-01-05",
        "method": "PDS trace",
    }
    answer = send("/files", content=csv_of([row]), params={"feed": "crosswalk"})
    said = f"{gateway}/messages/{answer.json()['message_ref']}"
    headers = agencies.as_(COUNCIL)

    def receipt():
        """Return what became of the file."""
        return agencies.http.get(said, headers=headers).json()

    until(lambda: receipt()["file"]["state"] == "done")

    assert [(e["type"], e["state"]) for e in receipt()["events"]] == [(None, "refused")]
    report = agencies.http.get(said + "/report.csv", headers=headers).text
    assert "is of a range that nobody has" in report
    assert row["nhs_number"] not in report
