"""Whatever bytes come, a parser returns or refuses, however cleverly they are chosen."""

import os
import subprocess
import sys

import pytest

from deploy.local.services import ROOT

pytestmark = pytest.mark.fuzz

SECONDS = int(os.environ.get("THROUGHLINE_FUZZ_SECONDS", "0"))
"""Of one parser; 0: a fixed number of bodies for all of them, the same every time."""
RUNS = 10_000
SEED = 417
TARGETS = ("events", "fhir_address", "fhir_json", "fhir_xml", "files", "notices")


def fuzz(target, bound, folder):
    """Fuzz a parser; return what it says if it does not bear it."""
    options = [f"-seed={SEED}", bound, "-timeout=20", "-max_len=20000"]
    argv = [sys.executable, "-m", "tests.fuzz.parsers", target, str(folder / "corpus")]
    ran = subprocess.run(  # noqa: S603 - our own interpreter and module
        [*argv, *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stderr[-4000:] if ran.returncode else ""


@pytest.mark.parametrize("target", TARGETS if SECONDS else ["every"])
def test_a_parser_bears_what_is_chosen_to_break_it(target, tmp_path):
    """Bodies are changed where that leads to code that no body before has reached."""
    bound = f"-max_total_time={SECONDS}" if SECONDS else f"-runs={RUNS}"

    assert fuzz(target, bound, tmp_path) == ""
