"""`throughline token` signs for the stack that the other commands find."""

import json

import pytest
from joserfc import jwt
from typer.testing import CliRunner

from deploy.commands import app
from deploy.local import issuer

DEMONSTRATION = "http://127.0.0.1:9100"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder in which a demonstration on other ports has written where it is."""
    card = {"addresses": {"issuer": DEMONSTRATION}}
    (tmp_path / "demo.json").write_text(json.dumps(card))
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.setenv("THROUGHLINE_SECRET", "nothing is hashed in this test")
    for name in ("THROUGHLINE_ISSUER", "THROUGHLINE_PORT_BASE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path


def issuer_of(folder):
    """Return the issuer that a token of the command names, its signature checked."""
    said = CliRunner().invoke(app, ["token", "urn:dfe:la:931"])
    assert said.exit_code == 0
    token = jwt.decode(said.stdout.strip(), issuer.key_at(folder))
    return token.claims["iss"]


def test_it_is_of_the_demonstration_that_runs(data):
    """No setting is needed beside `make demo` on other ports."""
    assert issuer_of(data) == DEMONSTRATION


def test_without_a_demonstration_it_is_of_the_usual_ports(data):
    """As in the contract."""
    (data / "demo.json").unlink()

    assert issuer_of(data) == "http://127.0.0.1:8100"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("THROUGHLINE_PORT_BASE", "8300", "http://127.0.0.1:8300"),
        ("THROUGHLINE_ISSUER", "http://issuer/", "http://issuer"),
    ],
)
def test_what_the_environment_says_holds(data, monkeypatch, name, value, expected):
    """A second installation on the machine is meant where its ports are said."""
    monkeypatch.setenv(name, value)

    assert issuer_of(data) == expected
