"""What the page on files of feeds shows is what a reader gets."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.education_gateway.cli import app
from services.education_gateway.translate.files.crosswalk import HEADINGS

PAGE = Path(__file__).parents[2] / "docs/how-to/files-of-feeds.md"
TEXT = PAGE.read_text("utf-8")


def block(name):
    """Return what stands in the fence that is marked with a *name*."""
    return re.search(rf"<!-- {name} -->\n```\w*\n(.*?)```", TEXT, re.DOTALL)[1]


@pytest.fixture
def checked(tmp_path):
    """Return the outcome of the check of the page's mapping on the page's sample."""
    mapping, sample = tmp_path / "cases.yaml", tmp_path / "cases.csv"
    mapping.write_text(block("mapping"))
    sample.write_text(block("sample"))
    return CliRunner().invoke(app, ["check", str(mapping), "--sample", str(sample)])


def test_the_worked_example_answers_as_the_page_says(checked):
    """Mapping, sample and answer, to the letter."""
    assert (checked.exit_code, checked.stdout) == (0, block("answer"))


def test_every_heading_of_a_crosswalk_is_named():
    """It may hold these and no others, so a reader must know them."""
    assert [name for name in HEADINGS if f"`{name}`" not in TEXT] == []
