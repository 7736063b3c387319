"""Requests go out in the order of their lanes, and every answer is judged."""

import asyncio
from collections import defaultdict
from datetime import UTC, date, datetime

import httpx
import pytest

from deploy.local.scenarios.message import Message
from deploy.local.simulator.requests import Request
from deploy.local.simulator.sending import Listed, Pace, Sender

PARTS = ("issuer", "health_gateway", "education_gateway")
ADDRESSES = Listed(listed={name: f"http://{name}" for name in PARTS})
COUNCIL = "urn:dfe:la:931"


def request(number, *, lane="a", refused=(), items=1, times=1, day=2):
    """Return one request of the council's."""
    message = Message(
        name="council",
        sender=COUNCIL,
        door="education",
        received_at=datetime(2026, 3, day, 17, 30, tzinfo=UTC),
        request_id=f"r{number}",
        correlation_id="c",
        content_type="application/json",
        body=str(number).encode(),
        times=times,
    )
    return Request(message, f"{COUNCIL}/{lane}", frozenset(refused), items)


class Doors:
    """A door that keeps what it gets and answers as it is told."""

    def __init__(self, refused=(), status=202, items=1):
        """Refuse the items at these places."""
        self.got = []
        self.status = status
        self.items = [
            {"place": n, "status": "refused" if n in refused else "accepted"}
            for n in range(items)
        ]

    def answer(self, asked):
        """Answer a request; the issuer gives a token."""
        if asked.url.host == "issuer":
            return httpx.Response(200, json={"access_token": "t"})
        self.got.append(asked.content.decode())
        return httpx.Response(self.status, json={"items": self.items})


async def sent(doors, requests, pace=None):
    """Return the tally of sending *requests* to *doors*."""
    transport = httpx.MockTransport(doors.answer)
    async with httpx.AsyncClient(transport=transport) as http:
        return await Sender(http, ADDRESSES, pace or Pace()).send(requests)


async def test_a_lane_keeps_its_order():
    """A person has one lane, so what is said of them arrives in order."""
    doors = Doors()
    listed = [request(n, lane=n % 3) for n in range(60)]
    tally = await sent(doors, listed)
    lanes = defaultdict(list)
    for number in map(int, doors.got):
        lanes[number % 3].append(number)

    assert all(numbers == sorted(numbers) for numbers in lanes.values())
    assert (tally.requests, tally.accepted, tally.unexpected) == (60, 60, {})


async def test_a_request_is_sent_as_often_as_it_says():
    """Twice is the same bytes again."""
    doors = Doors()
    await sent(doors, [request(7, times=2)])

    assert doors.got == ["7", "7"]


@pytest.mark.parametrize(
    ("expected", "refused", "status", "unexpected"),
    [
        ((1,), (1,), 202, {}),
        ((0, 1), (), 422, {}),
        ((), (1,), 202, {"education: items": 1}),
        ((1,), (), 202, {"education: items": 1}),
        ((), (), 422, {"education: items": 1}),
        ((), (), 409, {"education: 409": 1}),
    ],
)
async def test_what_a_door_refuses_is_what_it_must(
    expected, refused, status, unexpected
):
    """Too much or too little refused is counted, and so is any other answer."""
    doors = Doors(refused, status, items=2)
    tally = await sent(doors, [request(1, refused=expected, items=2)])

    assert tally.unexpected == unexpected


async def test_a_pace_lets_the_days_pass():
    """Two days a second: the third day comes a second after the first."""
    slept = []

    async def sleep(seconds):
        """Keep how long."""
        slept.append(seconds)

    pace = Pace(2.0, sleep, clock=lambda: 100.0)
    await sent(Doors(), [request(n, day=n) for n in (2, 3, 4)], pace)

    assert slept == [0.0, 0.5, 1.0]
    await asyncio.gather(pace.until(date(2026, 3, 6)))
    assert slept[-1] == 2.0
