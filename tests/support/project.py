"""The project's own files, for tests that read them."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("schemas", "services", "deploy")
SERVICES = tuple(
    path.parent.name
    for path in sorted((ROOT / "services").glob("*/app.py"))
    if path.parent.name != "runtime"
)


def python_files(*folders):
    """Return every Python file below *folders*, or below the code and the tests."""
    found = (ROOT / folder for folder in folders or (*CODE, "tests"))
    return sorted(path for folder in found for path in folder.rglob("*.py"))


def committed():
    """Return every file that is, or would be, committed."""
    asked = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True)  # noqa: S603
    paths = (ROOT / name for name in done.stdout.decode().split("\0") if name)
    return sorted(path for path in set(paths) if path.is_file())


def tree(path):
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def shown(path):
    """Return *path* as the project calls it."""
    return path.relative_to(ROOT).as_posix()
