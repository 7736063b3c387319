"""Who owes a step is told once a day, in numbers, by file and by mail, whatever ends."""

import asyncio
import shutil
from email import message_from_bytes
from email.policy import default

import pytest
import yaml

from deploy.local import processes
from deploy.local.services import ROOT
from tests.support.agencies import event, somebody
from tests.support.local_stack import fetch, until
from tests.support.mail_server import mail_server

ASKED = "ehcna.advice_requested.v1"
NAME = "clocks-2"


def agreement(org):
    """Return what lets an invented body see what it is asked for."""
    [like] = [
        one
        for one in yaml.safe_load(_SHIPPED.read_text())["agreements"]
        if one["recipient"] == "urn:ods:RNU" and "clinician" in one["roles"]
    ]
    return like | {"id": f"digest-{org[-5:].lower()}", "recipient": org, "feed": False}


_SHIPPED = ROOT / "contracts" / "agreements" / "oxfordshire.yaml"


class Telling:
    """A second process of the clocks that tells some invented bodies by mail."""

    def __init__(self, agencies, server, folder):
        """Keep what it is started with."""
        self.agencies, self.stack, self.server = agencies, agencies.stack, server
        self.contracts = folder / "contracts"
        self.outbox = folder / "outbox"
        shutil.copytree(ROOT / "contracts", self.contracts)
        self.env = {
            "THROUGHLINE_CONTRACTS": str(self.contracts),
            "CLOCKS_SMTP": f"127.0.0.1:{server.port}",
            "CLOCKS_SMTP_SECURITY": "none",
            "CLOCKS_DIGEST_FOLDER": str(self.outbox),
            "CLOCKS_DIGEST_EVERY_SECONDS": "0.2",
        }

    def name(self, *orgs):
        """Have these bodies told, and nobody else."""
        bodies = [
            {
                "urn": org,
                "name": "Invented Body",
                "connected": True,
                "digest": [{"role": "clinician", "address": address(org)}],
            }
            for org in orgs
        ]
        said = {"agreements": [agreement(o) for o in orgs], "organisations": bodies}
        path = self.contracts / "agreements" / "oxfordshire.yaml"
        path.write_text(yaml.safe_dump(said))

    def start(self):
        """Start the process."""
        self.stack.start_service("clocks", 2, self.env)
        self.stack.wait_ready(NAME)

    def kill(self):
        """End it as a power cut would."""
        self.stack.kill(NAME)

    def stop(self):
        """End it."""
        processes.stop([self.stack.processes.pop(NAME)], 10)

    def ask(self, org):
        """Ask a body for advice; return the child's person."""
        person = somebody(family_name="Quillfeather")
        said = {"body": org, "advice": "medical", "sent_on": "2026-03-02"}
        self.agencies.publish(event(person, ASKED, data=said))
        return person

    def rows(self, org):
        """Return what Postgres holds of a body's digests."""
        statement = f"SELECT * FROM clocks.digests WHERE org = '{org}'"
        return asyncio.run(fetch(self.stack.dsn, statement))

    def files(self, org):
        """Return the files written for a body."""
        mails = [path.read_bytes() for path in self.outbox.rglob("*.eml")]
        return [one for one in mails if address(org).encode() in one]


def address(org):
    """Return where an invented body is written to."""
    return f"{org[-5:].lower()}@body.example"


@pytest.fixture(scope="module")
def telling(agencies, tmp_path_factory):
    """The second process, not yet started, and a mail server."""
    with mail_server() as server:
        yield Telling(agencies, server, tmp_path_factory.mktemp("telling"))


def test_who_owes_is_told_once_a_day_whatever_ends(telling):
    """One letter a day: numbers, no child; the same one again where mail was cut off."""
    org, owes_nothing, unknown = (f"urn:ods:X98{n}" for n in ("10", "11", "12"))
    telling.name(org, owes_nothing, unknown)
    telling.server.refuses.add(address(unknown).encode())
    people = [telling.ask(org), telling.ask(org), telling.ask(unknown)]

    telling.server.silent.set()
    telling.start()
    until(lambda: telling.server.to(address(org)))
    telling.kill()
    telling.server.silent.clear()
    telling.start()
    until(lambda: all(r["done_at"] for r in telling.rows(org)) and telling.rows(org))
    until(lambda: [r["done_at"] for r in telling.rows(unknown)] != [None])
    telling.ask(org)
    telling.ask(owes_nothing)
    until(lambda: telling.rows(owes_nothing))
    telling.stop()

    sent = telling.server.to(address(org))
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert len(telling.files(org)) == len(telling.rows(org)) == 1
    assert telling.server.to(address(unknown)) == []
    text = message_from_bytes(sent[0], policy=default).get_content()
    assert " 2  requests for advice of which you have not said" in text
    told = sent[0].decode() + telling.files(org)[0].decode()
    assert "Quillfeather" not in told
    assert not [v for one in people for v in one.values() if len(v) > 9 and v in told]


def test_a_digest_leaves_one_row_in_the_audit(telling):
    """Under the agreement by which it was counted, with its numbers."""
    rows = asyncio.run(
        fetch(
            telling.stack.dsn,
            "SELECT * FROM clocks.audit WHERE org = 'urn:ods:X9810'",
        )
    )
    [row] = rows
    assert (row["action"], row["agreement"]) == ("digest", "digest-x9810")
    assert row["shown"] == '{"acknowledge": 2}'
