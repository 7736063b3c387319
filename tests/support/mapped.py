"""A gateway of the shared stack that reads by a mapping of its own."""

import asyncio
import shutil
from datetime import UTC, datetime

import yaml

from deploy.local import processes
from deploy.local.services import ROOT
from tests.support.local_stack import fetch

CLINIC = "https://trust.example/Id/clinic"
GATEWAY = "health_gateway"


class Mapped:
    """A gateway of the shared stack with a mapping of its own."""

    def __init__(self, agencies, folder):
        """Start it beside the other, which keeps what it has."""
        self.agencies = agencies
        self.stack = agencies.stack
        self.contracts = folder / "contracts"
        shutil.copytree(ROOT / "contracts", self.contracts)
        self.start()

    def start(self, **env):
        """Start it, with more in its environment."""
        own = {"THROUGHLINE_CONTRACTS": str(self.contracts)}
        self.stack.start_service(GATEWAY, 2, own | env)
        self.stack.wait_ready(f"{GATEWAY}-2")

    def stop(self):
        """Stop it."""
        processes.stop([self.stack.processes.pop(f"{GATEWAY}-2")], 10)

    def map_clinic(self, code, service):
        """Have the trust's table say which service a clinic is; None: it does not."""
        path = self.contracts / "publishers" / "oxford_health.yaml"
        said = yaml.safe_load(path.read_text())
        own = [one for one in said["services"] if one["system"] != CLINIC]
        listed = [{"system": CLINIC, "codes": {code: service}}] if service else []
        path.write_text(yaml.safe_dump(said | {"services": own + listed}))

    def ask(self, **said):
        """Ask for a retranslation as an operator; return the answer."""
        url = self.stack.address(GATEWAY, 2) + "/retranslations"
        own = self.agencies.as_("urn:dfe:la:931", "operator", scope="operate read")
        return self.agencies.http.post(url, json=said, headers=own)

    def changes(self, since, *, dry_run):
        """Return all that is, or would be, said otherwise of what came *since*."""
        found, after = [], None
        while True:
            said = self.ask(since=since, dry_run=dry_run, after=after).json()
            found += said["changes"]
            after = said["next"]
            if after is None:
                return found

    def rows(self, statement):
        """Return what the gateway's own tables hold."""
        return asyncio.run(fetch(self.stack.dsn, statement))


def now():
    """Return the instant that it is."""
    return datetime.now(UTC).isoformat()
