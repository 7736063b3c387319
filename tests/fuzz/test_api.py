"""Whatever a gateway's own description allows, and what it does not, is answered as it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.services import ROOT
from tests.support.agencies import COUNCIL, TRUST

pytestmark = pytest.mark.fuzz

SECONDS = int(os.environ.get("THROUGHLINE_FUZZ_SECONDS", "0"))
"""Of one gateway; 0: a few requests of each kind, the same every time."""
SEED = 417
FEW = 4
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
PUBLISHERS = {"health_gateway": TRUST, "education_gateway": COUNCIL}


@pytest.mark.parametrize("service", PUBLISHERS)
def test_a_gateway_answers_as_it_describes(agencies, service, tmp_path):
    """Good requests and wrong ones: never a 5xx, never an answer that is not described."""
    own = agencies.as_(PUBLISHERS[service], "operator", scope="publish read operate")
    bound = ["--max-time", str(SECONDS)] if SECONDS else ["-n", str(FEW)]
    phases = "examples,coverage,fuzzing" if SECONDS else "fuzzing"
    argv = [
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(Path(__file__).with_name("schemathesis.toml")), "run"),
        str(ROOT / "contracts" / "openapi" / f"{service}.yaml"),
        *("--url", agencies.url(service, ""), "--seed", str(SEED)),
        *("-H", f"Authorization: {own['Authorization']}"),
        *("--checks", ",".join(CHECKS), "--phases", phases, "--warnings", "off"),
        *("--suppress-health-check", "all", "--no-color", *bound),
    ]

    ran = subprocess.run(  # noqa: S603 - our own interpreter and module
        argv, cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-6000:]
