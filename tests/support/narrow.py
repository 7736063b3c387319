"""Gateways that hear of listed children alone, beside those of the shared stack."""

import asyncio
import shutil
from contextlib import contextmanager
from uuid import uuid4

import yaml

from deploy.local import processes
from deploy.local.services import ROOT
from services.runtime.intake.scope_rules import cohort_lines
from tests.support.agencies import COUNCIL, TRUST, nhs_number
from tests.support.bars import body_of, referral_bundle
from tests.support.fhir_door import settled
from tests.support.local_stack import fetch, until

GATEWAYS = ("health_gateway", "education_gateway")


def rule(publisher):
    """Return the rule that lets a publisher tell of listed children."""
    return {
        "publisher": publisher,
        "hears_of": "cohort",
        "cohort": "listed",
        "lawful_basis": "invented",
        "valid_from": "2020-01-01",
        "valid_until": None,
    }


class Narrow:
    """Gateways of the shared stack that hear of listed children alone."""

    def __init__(self, agencies, folder):
        """Start them beside the others, on rules and a list of their own."""
        self.agencies = agencies
        self.stack = agencies.stack
        self.cohort = folder / "cohorts" / "listed"
        contracts = folder / "contracts"
        shutil.copytree(ROOT / "contracts", contracts)
        rules = {"rules": [rule(TRUST), rule(COUNCIL)]}
        (contracts / "scope" / "scope.yaml").write_text(yaml.safe_dump(rules))
        self.cohort.parent.mkdir()
        self.cohort.write_text("")
        self.env = {
            "THROUGHLINE_CONTRACTS": str(contracts),
            "THROUGHLINE_COHORTS": str(self.cohort.parent),
        }

    def start(self):
        """Start the gateways on the list as it is."""
        for name in GATEWAYS:
            self.stack.start_service(name, 2, self.env)
        self.stack.wait_ready(*(f"{name}-2" for name in GATEWAYS))

    def list_only(self, numbers):
        """Make a list of *numbers*."""
        key = self.stack.surroundings().secret.encode()[:64]
        self.cohort.write_text("\n".join(cohort_lines(key, numbers)))

    def stop(self):
        """Stop them."""
        ours = [self.stack.processes.pop(f"{name}-2") for name in GATEWAYS]
        processes.stop(ours, 10)

    def refer(self, nth):
        """Post a referral of the *nth* child at the health door; return the answer."""
        number = nhs_number(nth)
        bundle = referral_bundle(
            bundle_id=str(uuid4()),
            record=f"REF-{number}",
            nhs_number=number,
            local_id=f"LOCAL-{number}",
        )
        headers = self.agencies.as_(TRUST) | {
            "Content-Type": "application/fhir+json",
            "X-Request-ID": str(uuid4()),
        }
        url = self.stack.address("health_gateway", 2) + "/$process-message"
        post = self.agencies.http.post
        return post(url, content=body_of(bundle), headers=headers)

    def put_all(self, bundle):
        """Post a Bundle at the health door; return the answer."""
        headers = self.agencies.as_(TRUST) | {
            "Content-Type": "application/fhir+json",
            "X-Request-ID": str(uuid4()),
        }
        url = self.stack.address("health_gateway", 2) + "/FHIR/R4"
        return self.agencies.http.post(url, json=bundle, headers=headers)

    def heard(self, answer):
        """Return the receipt of a Bundle once nothing of it is on its way."""
        return settled(self.agencies, answer)

    def publish(self, events):
        """Post *events* at the education door; return the answer."""
        headers = self.agencies.as_(COUNCIL) | {"X-Request-ID": str(uuid4())}
        url = self.stack.address("education_gateway", 2) + "/events"
        return self.agencies.http.post(url, json=events, headers=headers)

    def send_file(self, content, *, second=True, **query):
        """Send a file of the council, to the narrow gateway or to the first one."""
        headers = self.agencies.as_(COUNCIL) | {
            "X-Request-ID": str(uuid4()),
            "Content-Type": "text/csv",
        }
        url = self.stack.address("education_gateway", 2 if second else 1) + "/files"
        post = self.agencies.http.post
        return post(url, content=content, params=query, headers=headers)

    def taken(self, answer):
        """Return the receipt of a delivery of files once nothing of it is on its way."""
        ref = answer.json()["message_ref"]
        receipt = self.agencies.receipt
        until(lambda: receipt(ref).json()["file"]["state"] == "done")
        return self.agencies.settled(ref)

    @contextmanager
    def alone(self):
        """Let the narrow gateway take files in, not the one that hears of everybody."""
        self.stack.pause("education_gateway")
        try:
            yield
        finally:
            self.stack.resume("education_gateway")

    def until_done(self, answer):
        """Return once a delivery has been taken in, as its own table says."""
        own = answer.json()["message_ref"]
        state = f"SELECT 1 FROM education_gateway.files WHERE message_ref = '{own}'"
        asked = f"{state} AND state = 'done'"
        until(lambda: asyncio.run(fetch(self.stack.dsn, asked)))

    def counted(self, name, org):
        """Return how much a gateway has counted of a source."""
        headers = self.agencies.as_(COUNCIL, "operator", scope="operate")
        url = self.stack.address(name, 2) + "/out-of-scope"
        total = self.agencies.http.get(url, headers=headers).json()["total"]
        return total.get(org, 0)
