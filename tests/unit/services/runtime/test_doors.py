"""Requests that come together share a commit; one that fails, fails alone."""

import asyncio

import asyncpg
import pytest

from services.runtime import doors as module
from services.runtime.doors import Doors
from services.runtime.problems import Problem


class Steps:
    """Stands for the database: notes what was in each commit, or is away."""

    def __init__(self):
        """Begin empty."""
        self.commits = []
        self.away = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def request(self, work):
        """Run *work*; what it did counts only if it does not fail."""
        await self.gate.wait()
        if self.away:
            raise self.away
        step = []
        result = await work(step)
        self.commits.append(step)
        return result


@pytest.fixture
async def steps():
    """A database that works."""
    return Steps()


@pytest.fixture
async def doors(steps):
    """Doors on that database."""
    made = Doors(steps)
    await made.start()
    yield made
    await made.stop()


def adding(number):
    """Return work that adds *number* and answers with its double."""

    async def work(step):
        """Add."""
        step.append(number)
        return number * 2

    return work


async def failing(step):
    """Add something, then fail."""
    step.append("bad")
    raise Problem(409, "conflict", "No.")


async def together(steps, doors, *works):
    """Ask for all of *works* while the first commit is held; return the answers."""
    steps.gate.clear()
    first = asyncio.create_task(doors.commit(adding(0)))
    await asyncio.sleep(0)
    asked = [asyncio.create_task(doors.commit(work)) for work in works]
    await asyncio.sleep(0)
    steps.gate.set()
    await first
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_requests_that_come_together_share_a_commit(steps, doors):
    """Each has its own answer, and there is one commit for all."""
    answers = await together(steps, doors, *(adding(n) for n in range(1, 6)))

    assert answers == [2, 4, 6, 8, 10]
    assert steps.commits == [[0], [1, 2, 3, 4, 5]]


async def test_one_that_fails_fails_alone(steps, doors):
    """The others of the commit are committed, each by itself, and nothing of it."""
    answers = await together(steps, doors, adding(1), failing, adding(3))

    assert (answers[0], answers[2]) == (2, 6)
    assert isinstance(answers[1], Problem)
    assert answers[1].status == 409
    assert steps.commits == [[0], [1], [3]]


async def test_a_commit_holds_no_more_than_a_bearable_number(steps, doors, monkeypatch):
    """What is over goes into the next one."""
    monkeypatch.setattr(module, "TOGETHER", 2)

    await together(steps, doors, *(adding(n) for n in range(1, 6)))

    assert [len(commit) for commit in steps.commits] == [1, 2, 2, 1]


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        asyncpg.CannotConnectNowError(),
        asyncpg.AdminShutdownError(),
        asyncpg.LockNotAvailableError(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.InternalClientError(),
        asyncpg.UndefinedTableError(),
    ],
)
async def test_while_the_database_is_away_the_answer_is_503(steps, doors, error):
    """Whatever way it is away, the sender is told to send the same again."""
    steps.away = error
    with pytest.raises(Problem) as raised:
        await doors.commit(adding(1))

    assert raised.value.status == 503
    assert "Retry-After" in raised.value.headers
    steps.away = None
    assert await doors.commit(adding(2)) == 4


async def test_a_client_that_has_gone_hurts_nobody(steps, doors):
    """A request whose client hung up does not keep the others from their answers."""
    steps.gate.clear()
    gone = asyncio.create_task(doors.commit(adding(1)))
    await asyncio.sleep(0)
    stays = asyncio.create_task(doors.commit(adding(2)))
    await asyncio.sleep(0)
    gone.cancel()
    steps.gate.set()

    assert await stays == 4


async def test_stopping_answers_whoever_waits(steps):
    """A request in a commit that is cut off, and one behind it, are told to come back."""
    doors = Doors(steps)
    await doors.start()
    steps.gate.clear()
    asked = [asyncio.create_task(doors.commit(adding(n))) for n in range(3)]
    for _ in range(3):
        await asyncio.sleep(0)
    asked[2].cancel()
    await asyncio.sleep(0)

    await doors.stop()

    answers = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)
    assert [getattr(answer, "status", None) for answer in answers] == [503, 503, None]


async def test_a_database_that_does_not_answer_is_away(steps):
    """The request is answered in time; what comes of it shows when it is sent again."""
    steps.gate.clear()
    impatient = Doors(steps, patience=0.0)
    await impatient.start()
    with pytest.raises(Problem) as raised:
        await impatient.commit(adding(1))
    assert raised.value.status == 503
    steps.gate.set()
    await impatient.stop()
