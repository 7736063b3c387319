"""Which topics a service's readers read, and what what they read may lead to."""

import ast
import inspect
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from schemas import topics
from schemas.topics import Topic
from tests.support.project import tree

DOORS = {topics.HEALTH_INBOUND, topics.EDUCATION_INBOUND}
"""Written when a request is answered; nothing that is read leads to them."""
REPLAYS = "console"
"""The one arrow back, and a person presses it."""


class Arrow(NamedTuple):
    """One reader, and what it may write."""

    name: str
    reads: tuple[Topic, ...]
    writes: tuple[Topic, ...]


def backward(arrows: Iterable[Arrow]) -> list[str]:
    """Return every arrow that does not lead to a later stage."""
    return [
        f"{arrow.name}: {read.name} to {written.name}"
        for arrow in arrows
        for read in arrow.reads
        for written in arrow.writes
        if written.stage <= read.stage
    ]


def is_silent(handle) -> bool:
    """Return whether nothing in the module of *handle* publishes or refuses."""
    module = sys.modules[inspect.unwrap(handle).__module__]
    asked = {"publish", "refuse"}
    names = {
        getattr(node, "attr", getattr(node, "id", None))
        for node in ast.walk(tree(Path(inspect.getfile(module))))
    }
    return not names & asked


def arrows_of(service, parts) -> list[Arrow]:
    """Return the arrows of a service, as it is put together to run."""
    written = tuple(topic for topic in parts.writes if topic not in DOORS)
    return [
        Arrow(
            f"{service}/{reader.name}",
            reader.topics,
            () if is_silent(reader.handle) else written,
        )
        for reader in parts.readers
    ]
