"""Files and functions stay short, and names say what things are."""

import ast
import re
from itertools import chain

import pytest

from tests.support.project import CODE, python_files, shown, tree

LONGEST_FILE = 300
LONGEST_FUNCTION = 50
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers", "misc"}
EMPTY_NAMES = EMPTY_WORDS | {"common", "base"}
"""A port has a base and two sets have much in common; no module is either."""
PRINTS = {
    "deploy/local/demo.py",
    "deploy/local/jars.py",
    "deploy/local/parts.py",
    "services/runtime/service.py",
}
"""What a person reads in a terminal before logs, or instead of them."""
CATCHES_ALL = "services/runtime/"
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def functions(path):
    """Yield every function of a file."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return (node for node in ast.walk(tree(path)) if isinstance(node, kinds))


def defined(path):
    """Yield the names that a file defines for functions and classes."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return (node.name for node in ast.walk(tree(path)) if isinstance(node, kinds))


def words(name):
    """Return the words that a name is made of, small."""
    return {word.lower() for word in _WORD.findall(name)}


def is_empty(name):
    """Return whether a name has, or is, a word that says nothing."""
    return bool(words(name) & EMPTY_WORDS) or name.strip("_").lower() in EMPTY_NAMES


def test_no_file_is_longer_than_a_few_screens():
    """A module past 300 lines becomes a folder of that name."""
    sizes = {shown(p): len(p.read_text("utf-8").splitlines()) for p in python_files()}

    assert {name: n for name, n in sizes.items() if n > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen():
    """What is longer does more than one thing."""
    sizes = {
        f"{shown(path)}:{one.name}": one.end_lineno - one.lineno + 1
        for path in python_files()
        for one in functions(path)
        if not shown(path).endswith("_samples.py")  # a page's worth of entries
    }

    assert {name: n for name, n in sizes.items() if n > LONGEST_FUNCTION} == {}


def test_no_name_is_an_empty_word():
    """A name says what the thing does, not that it helps."""
    paths = {shown(path) for path in python_files()}
    names = {(path, part) for path in paths for part in path[:-3].split("/")}
    names |= {(shown(p), name) for p in python_files() for name in defined(p)}

    assert sorted(pair for pair in names if is_empty(pair[1])) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("date_utils", True),
        ("HelperFactory", True),
        ("common", True),
        ("_Base", True),
        ("baseline", False),
        ("port_base", False),
        ("is_managed", False),
    ],
)
def test_an_empty_name_is_told_from_others(name, expected):
    """Only a whole word counts, and a base of something is something."""
    assert is_empty(name) is expected


def test_only_what_speaks_to_a_terminal_prints():
    """Services log; commands write to stdout by their own means."""
    prints = {
        shown(path)
        for path in python_files(*CODE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    }

    assert prints <= PRINTS


def test_only_the_runtime_catches_everything():
    """What a service does not expect is the runtime's to decide."""
    broad = {
        shown(path)
        for path in python_files(*CODE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and catches_all(node)
    }

    assert {path for path in broad if not path.startswith(CATCHES_ALL)} == set()


def catches_all(handler):
    """Return whether an except clause catches every exception."""
    kinds = ast.walk(handler.type) if handler.type else ()
    names = (node.id for node in chain(kinds) if isinstance(node, ast.Name))
    return handler.type is None or {"Exception", "BaseException"} & set(names) != set()
