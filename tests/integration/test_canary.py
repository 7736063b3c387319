"""A child whose particulars occur nowhere else goes everywhere; nothing of them is told."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from schemas import topics
from tests.integration.test_audit import signed_in
from tests.integration.test_doors_health import bundle, post, settled
from tests.support.agencies import COUNCIL, REQUESTED, SCHOOL, TRUST, event
from tests.support.bars import resource_of
from tests.support.canary import CANARY, TOLD, wrong_messages, wrongs
from tests.support.local_stack import fetch, until
from tests.support.stepping import read_all

SERVICES = (
    *("health_gateway", "education_gateway", "identity_linking", "clocks"),
    *("timeline", "delivery", "console"),
)
BEHIND_IDENTITY = (
    *(topics.EVENTS_LINKED, topics.CLOCKS_CHANGED, topics.DELIVERIES_ATTEMPTED),
)


class Sweep:
    """Asks every door of the child, in good and bad ways, and keeps what they answer."""

    def __init__(self, agencies):
        """Nothing was asked yet."""
        self.agencies = agencies
        self.answers = []
        self.child = ""

    def keep(self, *answers):
        """Keep answers; return the last."""
        self.answers += answers
        return answers[-1]

    def publish(self):
        """Send the child by both doors, rightly and in every wrong way."""
        said = event(CANARY, REQUESTED, data={"school": SCHOOL})
        asked = event(
            CANARY,
            "ehcna.advice_requested.v1",
            data={"body": TRUST, "received_on": "2026-03-03"},
            sourcerecord="Zyxquill advice",
        )
        self.agencies.publish(said, asked)
        self.agencies.publish(said | {"occurred": "2026-02-27"})
        referral = bundle(CANARY, family_name="Zyxquill", given_name="Quorvane")
        resource_of(referral, "Patient")["birthDate"] = CANARY["date_of_birth"]
        settled(self.agencies, self.keep(post(self.agencies, referral)))
        for wrong in wrongs(said):
            self.keep(self.agencies.post(wrong))
        for wrong in wrong_messages(referral):
            self.keep(post(self.agencies, wrong))
        for header in ("X-Request-ID", "X-Correlation-ID"):
            own = {header: CANARY["family_name"]}
            self.keep(self.agencies.post(said, headers=own))
            self.keep(post(self.agencies, referral, headers=own))

    def read(self):
        """Ask every reading door, by references and by what must never be one."""
        self.child = self.agencies.child_of(CANARY)
        until(lambda: self.agencies.timeline(self.child).json()["clocks"])
        for ref in (self.child, *CANARY.values(), quote("Quorvane Zyxquill")):
            for service, path in (
                ("timeline", f"/children/{ref}/timeline?as_known_on={ref}"),
                ("timeline", f"/children/{ref}/timeline"),
                ("identity_linking", f"/children/{ref}/identifiers"),
                ("clocks", f"/children/{ref}/clocks/{ref}"),
                ("delivery", f"/feed?after={ref}"),
                ("delivery", f"/feed?limit={ref}"),
                ("education_gateway", f"/messages/{ref}"),
                ("health_gateway", f"/messages/{ref}"),
            ):
                self.keep(self.get(service, path, TRUST))
        until(lambda: self.agencies.feed(TRUST).json()["events"])
        self.search()
        self.look()
        self.operate()

    def get(self, service, path, org, *roles, scope="publish read"):
        """Return the answer of a door to *org*."""
        headers = self.agencies.as_(org, *roles, scope=scope)
        return self.agencies.http.get(self.agencies.url(service, path), headers=headers)

    def search(self):
        """Look for the child by number, by half of it, and by its name."""
        url = self.agencies.url("timeline", "/children/search")
        headers = self.agencies.as_(COUNCIL)
        for said in ({**CANARY}, {"upn": CANARY["upn"]}, {"upn": ["Zyxquill"]}):
            self.keep(self.agencies.http.post(url, json=said, headers=headers))
        self.keep(self.agencies.http.post(url, content=b"Zyxquill", headers=headers))

    def look(self):
        """Look at pages, with what nobody should write into an address."""
        with signed_in(self.agencies) as browser:
            self.keep(browser.get(f"/children/{self.child}"))
            for said in CANARY.values():
                self.keep(browser.get(f"/children/{quote(said)}"))
                if said != CANARY["date_of_birth"]:  # a day like any other, shown again
                    path = f"/children/{self.child}?as_known_on={said}"
                    self.keep(browser.get(path))
                self.keep(browser.post("/search", data={"upn": said}))

    def operate(self):
        """Trace what must not be traced, and list what was refused."""
        headers = self.agencies.as_(COUNCIL, "operator", scope="operate read")
        url = self.agencies.url("console", "")
        for said in (self.child, *CANARY.values()):
            asked = {"id": said}
            self.keep(
                self.agencies.http.post(f"{url}/trace", json=asked, headers=headers)
            )
            self.keep(self.agencies.http.get(f"{url}/refused/{said}", headers=headers))
        listed = self.keep(self.agencies.http.get(f"{url}/refused", headers=headers))
        for one in listed.json()["refused"]:
            shown = f"{url}/refused/{one['ref']}"
            self.keep(self.agencies.http.get(shown, headers=headers))

    def command(self):
        """Give the command line what people might; return all that it prints."""
        said = []
        for words in (
            ("trace", CANARY["nhs_number"]),
            ("trace", "Zyxquill"),
            ("timeline", CANARY["upn"], "--as", COUNCIL),
            ("timeline", "-", "--as", COUNCIL),
            ("publish", "-", "--as", COUNCIL),
            ("message", "Zyxquill", "--as", COUNCIL),
        ):
            run = subprocess.run(  # noqa: S603 - our own command
                [str(Path(sys.executable).parent / "throughline"), *words],
                input=json.dumps({"upn": CANARY["upn"], "given_name": "Quorvane"}),
                env=self.agencies.stack.environment("command"),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            said.append(run.stdout + run.stderr)
        return "".join(said)


@pytest.fixture(scope="module")
def sweep(agencies, stack):
    """Every door asked, and the console having read of it."""
    stack.start_service("console", env={"CONSOLE_BALANCE_EVERY_SECONDS": "1"})
    stack.wait_ready("console", seconds=180)
    made = Sweep(agencies)
    made.publish()
    made.read()
    yield made
    stack.stop("console")


def test_no_answer_but_identifiers_tells_anything(sweep):
    """Neither bodies nor addresses; a wrong request hears where and which rule."""
    told = [
        (answer.request.url.path.split("/")[1], answer.status_code)
        for answer in sweep.answers
        if TOLD.search(answer.text) and not answer.url.path.endswith("/identifiers")
    ]
    assert told == []
    assert {answer.status_code for answer in sweep.answers} >= {200, 400, 404, 422}
    assert max(answer.status_code for answer in sweep.answers) < 500
    for answer in sweep.answers:
        assert not TOLD.search(answer.headers.get("location", ""))


def test_no_log_tells_anything(sweep):
    """Of all services, of Kafka and of Postgres."""
    logs = sorted((sweep.agencies.stack.data / "log").glob("*"))
    assert {"postgres.log", "kafka-1.log", "timeline.log"} <= {one.name for one in logs}
    assert [
        one.name for one in logs if TOLD.search(one.read_text("utf-8", "replace"))
    ] == []


@pytest.mark.parametrize("topic", topics.ALL, ids=lambda topic: topic.name)
def test_no_key_or_header_tells_anything(sweep, topic):
    """Keys are our references and headers our words; behind identity bodies are, too."""
    records = asyncio.run(read_all(sweep.agencies.stack, topic.name))
    for record in records:
        said = [record.key, *(value for _, value in record.headers if value)]
        if topic in BEHIND_IDENTITY:
            said.append(record.value)
        assert not TOLD.search(b"\n".join(said).decode("utf-8", "replace"))


@pytest.mark.parametrize("service", SERVICES)
def test_no_metric_tells_anything(sweep, service):
    """Neither a name, nor a label, nor how a service says that it is."""
    for path in ("/metrics", "/_status", "/_sums"):
        url = sweep.agencies.url(service, path)
        text = httpx.get(url, trust_env=False).text
        assert not TOLD.search(text)
    families = text_string_to_metric_families(
        httpx.get(sweep.agencies.url(service, "/metrics"), trust_env=False).text
    )
    assert any(family.name.startswith("throughline") for family in families)


@pytest.mark.parametrize("schema", ["clocks", "timeline", "delivery", "console"])
def test_no_table_behind_identity_tells_anything(sweep, schema):
    """But for the bytes of what was refused, which wait for a person."""

    async def dumped():
        """Return every row of every table as text."""
        dsn = sweep.agencies.stack.dsn
        named = await fetch(
            dsn,
            "SELECT table_name AS t FROM information_schema.tables"
            f" WHERE table_schema = '{schema}' AND table_type = 'BASE TABLE'",
        )
        found = []
        for table in (row["t"] for row in named):
            rows = await fetch(dsn, f'SELECT * FROM {schema}."{table}"')
            kept = [dict(row) for row in rows]
            for row in kept if (schema, table) == ("console", "refused") else ():
                del row["value"]
            found.append((table, str(kept)))
        return found

    assert [name for name, text in asyncio.run(dumped()) if TOLD.search(text)] == []


def test_no_process_tells_anything(sweep):
    """No command line that the machine's other users could read."""
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = one.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(sweep.agencies.stack.data) in said:
            assert not TOLD.search(said)


def test_the_command_tells_nothing(sweep):
    """Its remarks say what to do, and repeat nothing."""
    assert not TOLD.search(sweep.command())


def test_the_sweep_would_notice(sweep):
    """What identity tells to a body that is asked is found, as it should be."""
    answer = sweep.get(
        "identity_linking", f"/children/{sweep.child}/identifiers", TRUST
    )
    assert answer.status_code == 200
    assert TOLD.search(answer.text)
