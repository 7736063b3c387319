"""A council's first load of every plan that it has: clocks are counted, nobody is warned."""

import asyncio
import shutil
from collections import Counter
from uuid import uuid4

import httpx
import orjson
import pytest
import yaml

from deploy.local.ports import free_ports
from deploy.local.services import ROOT
from deploy.local.stack import Stack
from schemas.topics import CLOCKS_CHANGED
from tests.support.agencies import COUNCIL, Agencies, upn
from tests.support.local_stack import fetch, until
from tests.support.school_files import SEN2, csv_of
from tests.support.stepping import read_all

PLANS = 7307
"""Plans that Oxfordshire kept in January 2025."""
SERVICES = ("education_gateway", "identity_linking", "clocks")
TODAY, NEXT = "2026-03-02", "2026-03-03"
OWN = ("persontableid", "requeststableid", "assessmenttableid", "namedplantableid")
WARNINGS = {"due_soon", "breached"}


def files():
    """Return a return of every plan: all older than a year, so all reviews are due."""
    made = {}
    for name in ("person", "requests", "assessment", "namedplan"):
        [like] = SEN2[name]
        rows = [
            {k: f"{v}-{nth}" if k in OWN else v for k, v in like.items()}
            | ({"upn": upn(600_000 + nth)} if name == "person" else {})
            | ({"startdate": "2024-Jul-18 00:00:00"} if name == "namedplan" else {})
            for nth in range(PLANS)
        ]
        made[f"Blade-Export_15-01-2026_{name}.csv"] = csv_of(rows)
    return made


@pytest.fixture
def stack(tmp_path):
    """Yield the services that count clocks, on a day on which the council goes live."""
    contracts = tmp_path / "contracts"
    shutil.copytree(ROOT / "contracts", contracts)
    path = contracts / "agreements" / "oxfordshire.yaml"
    said = yaml.safe_load(path.read_text())
    [council] = [one for one in said["organisations"] if one["urn"] == COUNCIL]
    council["go_live"] = TODAY
    path.write_text(yaml.safe_dump(said))
    env = {"THROUGHLINE_CONTRACTS": str(contracts)}
    with Stack(tmp_path / "data", free_ports(), today=TODAY) as running:
        running.start_infrastructure()
        running.start_issuer()
        for name in SERVICES:
            running.start_service(name, env=env)
        running.wait_ready("issuer", *SERVICES)
        yield running


def counted(stack, statement):
    """Return the one number that Postgres answers."""
    return asyncio.run(fetch(stack.dsn, statement))[0][0]


@pytest.mark.long
def test_a_first_load_of_every_plan_warns_nobody(stack):
    """7,307 reviews are overdue on the day; the clocks say so and send no warning."""
    with Agencies(stack) as agencies:
        answer = httpx.post(
            agencies.url("education_gateway", "/files"),
            files=[("file", (name, body)) for name, body in files().items()],
            data={"feed": "sen2"},
            headers=agencies.as_(COUNCIL) | {"X-Request-ID": str(uuid4())},
            timeout=120,
            trust_env=False,
        )
        assert answer.status_code == 202, answer.text
        reviews = "SELECT count(*) FROM clocks.clocks WHERE convert_from(body, 'UTF8')"
        reviews += "::jsonb ->> 'clock' = 'ar.cycle' AND NOT ended"
        until(lambda: counted(stack, reviews) == PLANS)
        ticked = agencies.http.post(
            agencies.url("clocks", "/tick"),
            json={"date": NEXT},
            headers=agencies.as_(COUNCIL, "operator", scope="operate"),
            timeout=300,
        )
        assert ticked.status_code == 200

    records = asyncio.run(read_all(stack, CLOCKS_CHANGED.name))
    said = [orjson.loads(record.value) for record in records]
    kinds = Counter(one["change"] for one in said if one["clock"] == "ar.cycle")
    assert kinds == {"started": PLANS}
    assert not [one for one in said if one["change"] in WARNINGS]
