"""The mailbox is emptied in turns: who may, when again, and what stands in no way."""

from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from services.health_gateway.api import Polling, Reading
from services.health_gateway.clients import Letter, MailboxAway
from services.health_gateway.settings import Settings
from services.health_gateway.store import mesh
from services.runtime.settings import CONTRACTS
from tests.support import nems
from tests.support.fhir import TABLES

MESH = mesh(CONTRACTS).model_copy(update={"senders": {"THEM": "urn:ods:X26"}})


class Mailbox:
    """A mailbox whose messages are given, or why they cannot be."""

    name = "US"

    def __init__(self, **held):
        """Hold letters, or statuses that MESH answers with, by id."""
        self.held = held
        self.looks = 0
        self.away = None

    def close(self):
        """Hang up."""

    async def validate(self):
        """Answer, unless MESH is away."""
        if self.away:
            raise self.away

    async def waiting(self):
        """Return what waits."""
        self.looks += 1
        return list(self.held)

    async def letter(self, own, _most):
        """Return a letter, or raise what MESH answers."""
        found = self.held[own]
        if isinstance(found, int):
            raise MailboxAway(found)
        return found

    async def acknowledge(self, own):
        """Take a message out."""
        del self.held[own]


def letter(own="m", **changes):
    """Return a message as it lies in the mailbox."""
    said = {
        "sender": "THEM",
        "workflow": "CHANGEOFGP_1",
        "content_type": "",
        "body": nems.change_of_gp(),
    }
    return Letter(id=own, **(said | changes))


@pytest.fixture
def now():
    """A clock that stands until it is moved."""
    return SimpleNamespace(seconds=0.0)


def polling(mailbox, now, *, leased=True, commit=None):
    """Return what empties *mailbox*; nothing is written anywhere."""

    async def fetchval(*_):
        """Grant the lease, or not."""
        return leased

    async def committed(_work):
        """Commit without doing."""
        return "accepted"

    async def outside(*_):
        """Leave nobody out."""
        return frozenset()

    scope = SimpleNamespace(
        held=lambda _sender: SimpleNamespace(narrow=False),
        may_be_live=lambda _person: True,
        outside=outside,
    )
    service = SimpleNamespace(
        pool=SimpleNamespace(fetchval=fetchval),
        doors=SimpleNamespace(commit=commit or committed),
        settings=SimpleNamespace(key=b"k" * 16, body_limit_bytes=5_000_000),
        instance="one",
    )
    reading = Reading(SimpleNamespace(tables=TABLES), scope, MESH)
    return Polling(service, mailbox, reading, 10.0, lambda: now.seconds)


async def test_without_the_lease_nothing_is_asked(now):
    """Another process empties the mailbox."""
    mailbox = Mailbox(a=letter())

    await polling(mailbox, now, leased=False).poll()

    assert mailbox.looks == 0


async def test_what_mesh_cannot_give_stands_in_no_way(now):
    """A message that MESH itself fails on stays; the others are taken."""
    mailbox = Mailbox(a=500, b=letter("b"), c=400, d=letter("d"))

    await polling(mailbox, now).poll()

    assert list(mailbox.held) == ["a", "c"]


async def test_a_fault_of_ours_is_kept_as_refused(now):
    """What nobody foresaw stands in no way either."""
    mailbox = Mailbox(a=letter("a"), b=letter("b"))
    tried = []

    async def commit(work):
        """Fail on the first message's keeping, and on nothing else."""
        tried.append(work)
        if len(tried) == 1:
            raise ZeroDivisionError
        return "ref" if len(tried) == 2 else "accepted"

    await polling(mailbox, now, commit=commit).poll()

    assert mailbox.held == {}
    assert len(tried) == 3


async def test_nothing_is_acknowledged_that_was_not_committed(now):
    """The database is away: the message stays, and so do those behind it."""
    mailbox = Mailbox(a=letter("a"), b=letter("b"))

    async def away(_work):
        """Fail as a database does that is away."""
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await polling(mailbox, now, commit=away).poll()

    assert list(mailbox.held) == ["a", "b"]


async def test_while_mesh_is_away_the_pauses_grow(now):
    """Up to five minutes; and when it is back nothing of that remains."""
    mailbox = Mailbox()
    one = polling(mailbox, now)
    mailbox.away = MailboxAway(403)
    pauses = []
    for _ in range(8):
        await one.poll()
        begun = now.seconds
        while one.is_pausing:
            now.seconds += 5.0
        pauses.append(now.seconds - begun)
    mailbox.away = None
    await one.poll()

    assert pauses == [20, 40, 80, 160, 300, 300, 300, 300]
    assert mailbox.looks == 1
    assert not one.is_pausing


@pytest.mark.parametrize(
    "said",
    [
        {"mesh_url": "https://mesh.example", "mesh_mailbox": "US"},
        {"mesh_certificate": "a.pem"},
        {"mesh_key": "a.key"},
        {"mesh_poll_seconds": 0},
    ],
)
def test_a_mailbox_that_is_half_told_stops_the_start(said):
    """An operator hears of it at once, and not that nothing ever came."""
    with pytest.raises(ValidationError):
        Settings(**said)


def test_a_death_is_heard_of_within_a_minute():
    """The mailbox is never left alone for longer, unless an operator says so."""
    assert Settings().mesh_poll_seconds <= 30
