"""What a door answers to what it knows nothing of itself."""

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict

from services.runtime.answering import answer_errors


class Asked(BaseModel):
    """A body."""

    model_config = ConfigDict(extra="forbid")

    reason: str


@pytest.fixture
def app():
    """Return an application with one door that reads a body, and one that fails."""
    made = FastAPI()
    answer_errors(made)

    @made.post("/asked")
    async def asked(body: Asked) -> str:
        return body.reason

    @made.get("/kept/{ref}")
    async def kept(ref: str) -> str:
        raise asyncpg.CharacterNotInRepertoireError(ref)

    return made


async def ask(app, method, path, **more):
    """Return the answer."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
        return await http.request(method, path, **more)


@pytest.mark.parametrize("body", ["{", "\x00", '"x"', "{}", '{"reason": 9991234519}'])
async def test_a_body_that_is_wrong_is_told_without_its_value(app, body):
    """Problem details, as everything else answers."""
    headers = {"Content-Type": "application/json"}
    answer = await ask(app, "POST", "/asked", content=body, headers=headers)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "9991234519" not in answer.text


@pytest.mark.parametrize(
    ("body", "where", "rule"),
    [
        ("{}", "/reason", "is required"),
        ('{"reason": 7}', "/reason", "must be text"),
        ('{"reason": "a", "why": 1}', "/why", "is not asked for; leave it out"),
        ('"x"', "/", "must be an object"),
        ("{", "/1", "must be JSON"),
    ],
)
async def test_a_broken_rule_is_told_in_words(app, body, where, rule):
    """Where, and what is asked for."""
    headers = {"Content-Type": "application/json"}
    answer = await ask(app, "POST", "/asked", content=body, headers=headers)

    assert answer.json()["errors"] == [{"where": where, "rule": rule}]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/asked", 405),
        ("GET", "/kept/%00", 404),
        ("GET", "/kept/x", 422),
    ],
)
async def test_what_nobody_expects_is_a_problem(app, method, path, status):
    """Nothing of the framework's own words is shown."""
    answer = await ask(app, method, path)

    said = answer.json()
    assert (answer.status_code, said["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
