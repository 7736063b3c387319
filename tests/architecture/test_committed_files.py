"""No committed file names a machine, a registry, or a folder outside the project."""

import re

import pytest

from tests.support.project import committed, shown

BUILT = {"services/runtime/pages/static/nhsuk-frontend.min.css"}
"""Taken over as it is published."""
RUNNER = {".ci/run"}
"""Says where the runner that starts it keeps the published samples."""


def joined(*parts):
    """Return a pattern for a name that must not stand in this file either."""
    return re.escape(".".join(parts))


HOSTS = (
    joined("pypi", "org"),
    joined("files", "pythonhosted", "org"),
    joined("registry", "npmjs", "org"),
    joined("repo1", "maven", "org"),
    joined("repo", "maven", "apache", "org"),
    joined("proxy", "golang", "org"),
    joined("deb", "debian", "org"),
    joined("archive", "ubuntu", "com"),
    joined("docker", "io"),
    joined("ghcr", "io"),
    "arti" + "factory|dev" + "pi|/sim" + "ple/",
    "-(?:extra-)?index" + "-url",
)
PATHS = r"(?<![\w.$}/-])/(?:work|home|Users|root|workspace)/"
OUTSIDE = r"\.\./" + "shared"


def found(pattern, *, apart=frozenset()):
    """Return the committed files in which *pattern* is found."""
    wanted = re.compile(pattern)
    texts = (
        (shown(path), path.read_text("utf-8", "replace"))
        for path in committed()
        if shown(path) not in apart | BUILT
    )
    return [name for name, text in texts if wanted.search(text)]


def test_the_files_are_found():
    """This looks at the project, not at nothing."""
    names = {shown(path) for path in committed()}

    assert {"pyproject.toml", "schemas/topics.py", "requirements.lock"} <= names


@pytest.mark.parametrize("host", HOSTS)
def test_no_file_names_a_package_registry(host):
    """Where packages come from is each machine's own setting."""
    assert found(host) == []


def test_no_file_names_a_path_of_one_machine():
    """Paths are relative to the project."""
    assert found(PATHS) == []


def test_no_file_reaches_outside_the_project():
    """A checkout is whole by itself."""
    assert found(OUTSIDE, apart=RUNNER) == []


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("cd /ho" + "me/ann/x", True),
        ('"/wo' + 'rk/main"', True),
        ("https://example.org/home/page", False),
        ("tests/work/x", False),
    ],
)
def test_a_path_of_one_machine_is_told_from_others(text, is_one):
    """Only an absolute path is one; a URL's is not."""
    assert bool(re.search(PATHS, text)) is is_one
