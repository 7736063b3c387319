"""Data moves one way: a handler writes only to a later stage than it reads."""

import ast

import pytest

from deploy.documents.services import built
from schemas import topics
from services.runtime.intake import following, translating
from tests.support.flow import DOORS, REPLAYS, Arrow, arrows_of, backward, is_silent
from tests.support.project import ROOT, SERVICES, python_files, tree

GATEWAYS = {"health_gateway", "education_gateway"}
RECEIPTS = {topics.EVENTS_LINKED, topics.REFUSED}
SENDS_IN = {"messages", "items", "unpacking", "door"}
"""Modules of the intake that send to the inbound topics."""


@pytest.fixture(scope="module")
def running():
    """Yield every service as it is put together to run."""
    return {name: parts for name, (_, parts) in built().items()}


def of_table(service):
    """Return the one arrow that `schemas/topics.py` gives a service."""
    reads = {topic for topic in topics.ALL if service in topic.readers}
    if service in GATEWAYS:
        reads -= RECEIPTS
    writes = {topic for topic in topics.ALL if service in topic.writers} - DOORS
    return Arrow(service, tuple(reads), tuple(writes))


def test_every_service_is_looked_at(running):
    """No service is forgotten here."""
    assert running.keys() == set(SERVICES)


def test_the_table_of_topics_leads_one_way():
    """By `schemas/topics.py` no service writes to a stage that it reads, or before it."""
    assert backward(map(of_table, SERVICES)) == []


def test_the_running_readers_lead_one_way(running):
    """As the services are put together, no reader writes back."""
    arrows = [a for name, parts in running.items() for a in arrows_of(name, parts)]

    assert len(arrows) >= len(SERVICES)
    assert backward(arrows) == []


@pytest.mark.parametrize("name", SERVICES)
def test_readers_read_what_the_table_says(running, name):
    """Each service reads exactly the topics of which it is a reader."""
    read = {topic for reader in running[name].readers for topic in reader.topics}

    assert read == {topic for topic in topics.ALL if name in topic.readers}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {REPLAYS}))
def test_writers_write_what_the_table_says(running, name):
    """Each service writes exactly the topics of which it is a writer."""
    written = set(running[name].writes)

    assert written == {topic for topic in topics.ALL if name in topic.writers}


def test_only_the_console_can_write_to_any_topic(running):
    """A replay goes back to where a message was refused; nothing else goes back."""
    assert set(running[REPLAYS].writes) == set(topics.ALL)
    assert all(REPLAYS not in topic.writers for topic in topics.ALL)
    assert all(is_silent(reader.handle) for reader in running[REPLAYS].readers)


@pytest.mark.parametrize("name", sorted(GATEWAYS))
def test_gateways_read_later_stages_for_receipts_alone(running, name):
    """Of what a gateway reads behind its own stage, it publishes nothing."""
    later = [r for r in running[name].readers if set(r.topics) & RECEIPTS]

    assert [reader.handle for reader in later] == [following.follow]
    assert is_silent(following.follow)


def test_translating_cannot_send_to_an_inbound_topic():
    """Inbound topics are written at doors: what translates imports none of those."""
    paths = [ROOT / "services" / name / "handlers.py" for name in sorted(GATEWAYS)]
    paths.append(ROOT / "services/runtime/intake/translating.py")

    assert not {name for path in paths for name in imported(path)} & SENDS_IN


def imported(path):
    """Return the last part of every name that a file imports."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None) or ""
            yield from (part.name for part in node.names)
            yield module.rpartition(".")[2]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {REPLAYS}))
def test_a_service_speaks_of_no_topic_but_its_own(running, name):
    """No module of a service names a topic that it neither reads nor writes."""
    parts = running[name]
    own = {topic for reader in parts.readers for topic in reader.topics}
    named = {
        node.attr
        for path in python_files(f"services/{name}")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "topics"
        and node.attr.isupper()
    }

    assert {getattr(topics, one) for one in named} <= own | set(parts.writes)


def test_an_arrow_back_is_found():
    """The check itself sees an arrow that leads back, or to the same stage."""
    back = Arrow("x", (topics.EVENTS_LINKED,), (topics.EVENTS_TRANSLATED,))
    same = Arrow("y", (topics.EVENTS_LINKED,), (topics.EVENTS_LINKED,))
    on = Arrow("z", (topics.EVENTS_LINKED,), (topics.CLOCKS_CHANGED,))

    assert backward([back, same, on]) == [
        "x: events.linked to events.translated",
        "y: events.linked to events.linked",
    ]


def test_a_handler_that_publishes_is_not_silent():
    """The check itself sees what publishes and what refuses."""
    assert not is_silent(translating.Translating.handle)
