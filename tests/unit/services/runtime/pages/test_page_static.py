"""Vendored assets and the addresses that they are served under."""

import hashlib
import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from services.runtime import pages
from services.runtime.pages.static_files import FOLDER

MANIFEST = json.loads((FOLDER / "MANIFEST.json").read_text())
OURS = {"MANIFEST.json", "throughline.css", "throughline.svg"}


@pytest.fixture
def client():
    """Return a client of an app that serves the static files alone."""
    app = Starlette()
    pages.mount_static(app)
    return TestClient(app)


@pytest.mark.parametrize("name", MANIFEST)
def test_a_vendored_file_is_the_one_that_was_looked_at(name):
    """Its bytes have the SHA-256 that the manifest holds."""
    digest = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
    assert digest == MANIFEST[name]["sha256"]


def test_the_manifest_names_every_vendored_file():
    """Nothing of somebody else's slips in unnamed."""
    assert {path.name for path in FOLDER.iterdir()} == set(MANIFEST) | OURS


@pytest.mark.parametrize("name", ["nhsuk-frontend.min.css", "throughline.css"])
def test_a_style_sheet_fetches_nothing(name):
    """No font, no picture, no other sheet; and no Frutiger, which is not ours."""
    css = (FOLDER / name).read_text()
    for word in ("@font-face", "@import", "url(", "http", "Frutiger"):
        assert word not in css


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("nhsuk-frontend.min.css", "text/css; charset=utf-8"),
        ("throughline.svg", "image/svg+xml"),
    ],
)
def test_a_file_is_served_for_ever_under_its_hash(client, name, media_type):
    """A browser may keep it, because other bytes have another address."""
    response = client.get(pages.static_url(name))
    assert response.content == (FOLDER / name).read_bytes()
    assert response.headers["content-type"] == media_type
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/static/throughline.css",
        "/static/throughline.0000000000000000.css",
        "/static/MANIFEST.json",
        "/static/..%2F__init__.py",
    ],
)
def test_nothing_else_is_served(client, path):
    """A name without today's hash, and a way out of the folder, lead nowhere."""
    assert client.get(path).status_code == 404


def test_the_address_follows_the_bytes():
    """The hash in the address is that of the file."""
    digest = hashlib.sha256((FOLDER / "throughline.css").read_bytes()).hexdigest()
    assert (
        pages.static_url("throughline.css") == f"/static/throughline.{digest[:16]}.css"
    )
