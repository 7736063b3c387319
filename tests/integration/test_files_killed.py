"""A gateway that dies in the middle of a file goes on, and no row is lost or doubled."""

import asyncio
from collections import Counter
from uuid import uuid4

import httpx
import pytest

from deploy.local.ports import free_ports
from deploy.local.stack import Stack
from schemas.topics import EDUCATION_INBOUND
from tests.support.local_stack import fetch, until
from tests.support.school_files import csv_of, pupil
from tests.support.stepping import read_all

COUNT = 1200
EVENTS = (
    "SELECT place, type, count(*) AS n FROM education_gateway.receipt_events"
    " GROUP BY place, type"
)
DONE = (
    "SELECT 1 FROM education_gateway.files f WHERE f.state = 'done' AND f.sent = ("
    "SELECT count(*) FROM education_gateway.receipt_events WHERE event_id IS NOT NULL)"
)


@pytest.fixture
def stack(tmp_path):
    """Yield a gateway with what it needs."""
    with Stack(tmp_path, free_ports()) as running:
        running.start(["education_gateway"])
        yield running


def send(stack):
    """Send one file of many pupils."""
    asked = {"org": "urn:dfe:la:931", "scope": "publish read"}
    with httpx.Client(timeout=60, trust_env=False) as http:
        token = http.post(f"{stack.address('issuer')}/token", json=asked).json()
        answer = http.post(
            f"{stack.address('education_gateway')}/files",
            params={"feed": "killed", "as_at": "2026-01-15"},
            content=csv_of([pupil(nth) for nth in range(COUNT)]),
            headers={
                "Authorization": f"Bearer {token['access_token']}",
                "X-Request-ID": str(uuid4()),
            },
        )
    assert answer.status_code == 202, answer.text


def rows(stack, statement):
    """Return what the gateway's tables say."""
    return asyncio.run(fetch(stack.dsn, statement))


def test_a_file_goes_on_after_a_kill(stack):
    """Each row has its two events once, in the tables and on the topic."""
    send(stack)
    until(
        lambda: rows(stack, "SELECT 1 FROM education_gateway.files WHERE next_row > 0")
    )
    stack.kill("education_gateway")
    stack.start_service("education_gateway")
    stack.wait_ready("education_gateway")
    until(lambda: rows(stack, DONE))

    told = rows(stack, EVENTS)
    assert len(told) == 2 * COUNT
    assert {row["n"] for row in told} == {1}
    lying = asyncio.run(read_all(stack, EDUCATION_INBOUND.name))
    ids = Counter(dict(record.headers)["ce_id"] for record in lying)
    assert len(ids) == 2 * COUNT
