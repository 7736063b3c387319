"""
A trust that answers requests for advice, by itself.

It knows its own patient list (`scenarios/trust_rth.yaml`), and besides only what its
feed and the identifiers service tell it. Run: `python -m deploy.local.trust`.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import httpx
import yaml
from pydantic import BaseModel, ConfigDict

from deploy.local.scenarios.message import (
    NAMESPACE,
    ONE_EVENT,
    Message,
    canonical,
    cloud_event,
)
from deploy.local.scenarios.outside import (
    Addresses,
    DemoFailedError,
    Organisation,
    Pause,
)
from deploy.local.scenarios.sending import send

PATIENT_LIST: Final = Path(__file__).parent / "scenarios" / "trust_rth.yaml"

_ASKED: Final = "ehcna.advice_requested.v1"
_RECEIVED: Final = "ehcna.advice_request_received.v1"
_GIVEN: Final = "ehcna.advice_received.v1"
_FEED_WAIT: Final = 5
_REQUEST_SECONDS: Final = 30.0
_IDENTIFIER_TRIES: Final = 6
_EVENING: Final = time(18, 0, tzinfo=UTC)


class Patient(BaseModel):
    """A child as this trust knows them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    local_id: str
    nhs_number: str
    date_of_birth: date
    family_name: str
    given_name: str


class Practice(BaseModel):
    """One trust: its patients, and how long its post and its clinics take."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    organisation: str
    professional_role: str
    request_opened_after_days: int
    advice_given_after_days: int
    patients: tuple[Patient, ...]

    def patient(self, identifiers: dict[str, Any]) -> Patient | None:
        """Return our patient with that NHS number and date of birth, if any."""
        sought = (identifiers.get("nhs_number"), identifiers.get("date_of_birth"))
        for patient in self.patients:
            if (patient.nhs_number, patient.date_of_birth.isoformat()) == sought:
                return patient
        return None


def read_practice(path: Path = PATIENT_LIST) -> Practice:
    """Return the trust that *path* describes."""
    return Practice.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def answers(
    practice: Practice, patient: Patient, request: dict[str, Any]
) -> Iterator[Message]:
    """
    Yield our two answers to *request*: that we have it, and the advice.

    Both carry the request's correlation id, and ids made from the request's, so that
    answering again after a restart changes nothing.
    """
    sent = date.fromisoformat(
        request["data"].get("sent_on") or request["occurred"][:10]
    )
    opened = sent + timedelta(practice.request_opened_after_days)
    given = sent + timedelta(practice.advice_given_after_days)
    said = {"body": practice.organisation, "advice": request["data"].get("advice")}
    receipt = {**said, "received_on": opened.isoformat()}
    advice = {**said, "received_on": given.isoformat(), **_pointer(practice, request)}
    yield _answer(practice, patient, request, _RECEIVED, receipt)
    yield _answer(practice, patient, request, _GIVEN, advice)


def _pointer(practice: Practice, request: dict[str, Any]) -> dict[str, str]:
    """Return where the advice lies, and its digest; never what it says."""
    document = f"urn:uuid:{uuid5(NAMESPACE, request['id'] + '/document')}"
    return {
        "professional_role": practice.professional_role,
        "document": document,
        "document_sha256": sha256(document.encode()).hexdigest(),
    }


def _answer(
    practice: Practice,
    patient: Patient,
    request: dict[str, Any],
    type_name: str,
    data: dict[str, Any],
) -> Message:
    """Return one answer to *request*, dated and received as *data* says."""
    request_id = uuid5(NAMESPACE, f"{request['id']}/{type_name}")
    talk = UUID(request["correlationid"])
    event = cloud_event(
        record=str(request_id),
        source=practice.organisation,
        type_name=type_name,
        occurred=data["received_on"],
        correlation_id=talk,
        person=patient.model_dump(mode="json"),
        data={name: value for name, value in data.items() if value is not None},
    )
    return Message(
        name=type_name,
        sender=practice.organisation,
        door="education",
        received_at=datetime.combine(date.fromisoformat(data["received_on"]), _EVENING),
        request_id=request_id,
        correlation_id=talk,
        content_type=ONE_EVENT,
        body=canonical(event),
    )


class Cursor:
    """How far we have read our feed, kept in a file so that a restart goes on there."""

    def __init__(self, path: Path) -> None:
        """Read the place that an earlier run left in *path*."""
        self._path = path
        self.place: str | None = None
        if path.exists():
            self.place = json.loads(path.read_text(encoding="utf-8"))["after"]

    def move(self, place: str) -> None:
        """Keep *place*; a crash leaves the old one or the new one, never half."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps({"after": place}), encoding="utf-8")
        beside.replace(self._path)
        self.place = place

    def forget(self) -> None:
        """Begin again from the first event."""
        self.place = None


class Trust:
    """The trust's process: it reads its feed and answers what is asked of it."""

    def __init__(
        self,
        practice: Practice,
        us: Organisation,
        cursor: Cursor,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Keep whom we know, how we reach Throughline, and how far we have read."""
        self._practice = practice
        self._us = us
        self._cursor = cursor
        self._pause = pause

    async def read_once(self) -> None:
        """Take the next events of our feed, answer them, then move the cursor."""
        page = await self._page()
        for event in page["events"]:
            if self._is_for_us(event):
                await self._respond(event)
        self._cursor.move(page["next"])

    def _is_for_us(self, event: dict[str, Any]) -> bool:
        """Return whether *event* asks us for advice."""
        asked = event.get("data", {}).get("body") == self._practice.organisation
        return bool(asked and event["type"] == _ASKED)

    async def _page(self) -> dict[str, Any]:
        """Return the next events of our feed and where it goes on."""
        asked = {"wait": str(_FEED_WAIT)}
        if self._cursor.place is not None:
            asked["after"] = self._cursor.place
        url = f"{self._us.addresses.delivery}/feed"
        answer = await self._us.ask("GET", url, params=asked)
        if answer.status_code == httpx.codes.BAD_REQUEST and "after" in asked:
            # The cursor is of another Throughline: the data was reset, the file not.
            self._cursor.forget()
            return await self._page()
        return _read(answer, "the feed")

    async def _respond(self, request: dict[str, Any]) -> None:
        """Answer *request* where the child is our patient."""
        identifiers = await self._identifiers(request["subject"])
        patient = self._practice.patient(identifiers) if identifiers else None
        if patient is None:
            return
        for message in answers(self._practice, patient, request):
            await send(self._us, message)

    async def _identifiers(self, child_ref: str) -> dict[str, Any] | None:
        """Return who the child is, or None where that is not for us to know."""
        url = f"{self._us.addresses.identity}/children/{child_ref}/identifiers"
        for tries in range(_IDENTIFIER_TRIES):
            answer = await self._us.ask("GET", url)
            if answer.status_code != httpx.codes.NOT_FOUND:
                return _read(answer, "the identifiers service")
            await self._pause(0.1 * 2**tries)
        return None


def _read(answer: httpx.Response, what: str) -> dict[str, Any]:
    """Return what was answered, or say which part refused."""
    if answer.is_error:
        raise DemoFailedError(f"{what} answered {answer.status_code}")
    read: dict[str, Any] = answer.json()
    return read


async def run() -> None:
    """Answer until the process that started us is gone or ends us."""
    practice = read_practice()
    data = Path(os.environ.get("THROUGHLINE_DATA", "var"))
    cursor = Cursor(data / f"trust-{practice.organisation.rsplit(':', 1)[-1]}.json")
    parent = os.getppid()
    async with httpx.AsyncClient(timeout=_REQUEST_SECONDS, trust_env=False) as http:
        us = Organisation(practice.organisation, http, Addresses.read(os.environ))
        trust = Trust(practice, us, cursor)
        while os.getppid() == parent:
            await trust.read_once()


def main() -> int:
    """Run the trust; 0 when ended from outside, 1 when it cannot go on."""
    try:
        asyncio.run(run())
    except DemoFailedError as failure:
        sys.stderr.write(f"trust: {failure}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
