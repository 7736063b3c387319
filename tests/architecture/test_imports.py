"""Imports go one way, and every service has the same shape."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.project import ROOT, SERVICES

MODULES = {
    *("__init__", "app", "handlers", "api", "pages", "cli", "store", "clients"),
    *("metrics", "translate", "rules", "settings", "errors", "codes"),
}


def test_every_import_contract_holds():
    """Services never import each other, and nothing imports upwards."""
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(  # noqa: S603 - our own environment's command
        [command], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_the_contract_about_the_inside_is_about_every_service():
    """A service that is added is held to the same layers."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    [inside] = [one for one in contracts if one["id"] == "inside"]

    assert sorted(inside["containers"]) == [f"services.{name}" for name in SERVICES]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_other_modules_than_every_service(name):
    """Whoever knows one service finds their way in the next."""
    folder = ROOT / "services" / name
    found = {path.stem for path in folder.iterdir() if path.name != "__pycache__"}

    assert found <= MODULES | {"migrations"}
    assert {path.suffix for path in folder.glob("migrations/*")} <= {".sql"}
