"""What the health gateway answers to what none of its doors knows."""

import httpx
import pytest

from deploy.documents.services import built
from services.runtime import postgres

SENT = {"X-Request-ID": "5b0f0a9e-6c0a-5a7e-9a55-0d6a0f0c1b2d"}


@pytest.fixture(scope="module")
def app():
    """Return the gateway's application, with a door at which something is away."""
    service, parts = built()["health_gateway"]
    made = service.app(parts)

    @made.get("/away")
    async def away() -> None:
        raise postgres.AWAY[0]

    return made


async def ask(app, method, path):
    """Return the answer."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
        return await http.request(method, path, headers=SENT)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "REC_NOT_FOUND"),
        ("POST", "/", 404, "REC_NOT_FOUND"),
        ("POST", "/FHIR/STU3/Patient", 404, "REC_NOT_FOUND"),
        ("GET", "/FHIR/R4", 405, "SEND_METHOD_NOT_ALLOWED"),
        ("POST", "/metadata", 405, "SEND_METHOD_NOT_ALLOWED"),
        ("GET", "/away", 503, "REC_SERVICE_UNAVAILABLE"),
    ],
)
async def test_what_no_door_knows_is_told_as_fhir(app, method, path, status, code):
    """A sender reads one kind of error, with BaRS's code and its own id."""
    answer = await ask(app, method, path)
    said = answer.json()

    assert (answer.status_code, said["resourceType"]) == (status, "OperationOutcome")
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.headers["x-request-id"] == SENT["X-Request-ID"]
    assert [c["code"] for c in said["issue"][0]["details"]["coding"]] == [code]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/_ping"), ("PUT", "/out-of-scope")]
)
async def test_what_machines_ask_is_told_plainly(app, method, path):
    """Problem details, as at every other service."""
    answer = await ask(app, method, path)

    assert answer.headers["content-type"] == "application/problem+json"
