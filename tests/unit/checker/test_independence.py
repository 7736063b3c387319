"""The checker and the load know the project by its doors alone."""

import ast
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[2]
_OURS = {"services", "schemas", "deploy"}


@pytest.mark.parametrize("name", ["checker", "load"])
def test_imports(name):
    """Nothing of the services, their schemas or their deployment is imported."""
    files = sorted((_TESTS / name).glob("*.py"))
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    modules |= {n.module for n in nodes if isinstance(n, ast.ImportFrom)}
    assert modules
    assert not {module.partition(".")[0] for module in modules} & _OURS


def test_checker_stands_alone():
    """The checker takes nothing from the load either, only its journal."""
    for file in (_TESTS / "checker").glob("*.py"):
        assert "tests.load" not in file.read_text(encoding="utf-8")
