"""HTTP doors of the health gateway: `POST /$process-message`, `GET /messages/{ref}`."""

import time
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas import topics
from schemas.errors import Refused
from schemas.statement import Statement
from services.health_gateway import codes
from services.health_gateway.errors import FhirRefused
from services.health_gateway.settings import Settings
from services.health_gateway.translate import (
    END_USER,
    Message,
    end_user,
    outcome,
    outcome_of,
    outcome_of_scope,
    read_message,
    response_bundle,
    sender_of,
    to_statements,
)
from services.runtime import instants, metrics, refs
from services.runtime.intake import door, messages
from services.runtime.intake.scope import OUTSIDE, UNREADABLE, Scope
from services.runtime.intake.showing import receipt
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.step import Step

_FHIR: Final = "application/fhir+json"
_TYPES: Final = (_FHIR, "application/json")
_FAULTS: Final = {
    "not-signed-in": codes.UNAUTHENTICATED,
    "not-permitted": codes.FORBIDDEN,
    "not-found": codes.NOT_FOUND,
    "bad-header": codes.BAD_VALUE,
    "too-large": codes.TOO_LARGE,
    "unknown-media-type": codes.WRONG_MEDIA_TYPE,
    "not-now": codes.UNAVAILABLE,
}
"""What the runtime's problems are called in FHIR."""


class Door:
    """The FHIR door. Every answer is FHIR, errors included."""

    def __init__(self, service: Service, settings: Settings, scope: Scope) -> None:
        """Take messages into *service*, of the children that *scope* is about."""
        self._service = service
        self._scope = scope
        self._settings = settings

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter()

        @routes.post("/$process-message")
        async def process_message(request: Request) -> Response:
            """Take a BaRS-shaped message and answer with a response message."""
            began = time.perf_counter()
            correlation = str(uuid4())
            try:
                answer = await self._take(request, correlation)
            except Problem as problem:
                answer = _problem(problem)
            answer.headers.update(door.mirrored(request, correlation))
            metrics.REQUESTS.labels("process-message", str(answer.status_code)).inc()
            seconds = time.perf_counter() - began
            metrics.REQUEST_SECONDS.labels("process-message").observe(seconds)
            return answer

        @routes.get("/messages/{ref}")
        async def message(ref: str, request: Request) -> Response:
            """Return what became of a message, to its sender alone."""
            try:
                caller = await self._service.tokens.caller(request)
                shown = await receipt(self._service, caller, ref)
            except Problem as problem:
                return _problem(problem)
            return Response(orjson.dumps(shown), media_type="application/json")

        return routes

    async def _take(self, request: Request, made: str) -> Response:
        """Judge, keep and answer one message."""
        asked = await door.asked(self._service, request)
        kept = asked.message("health_gateway", made)
        self._scope.held(kept.sender)
        _check_media_type(asked.content_type)
        try:
            named = end_user(request.headers.get(END_USER))
            message, statements = _judged(asked.body, kept, named)
            if await self._is_outside(kept, statements):
                return _fhir(200, outcome_of_scope())
        except FhirRefused as refused:
            return await self._refuse(kept, refused)
        return await self._keep(kept, message, statements[0])

    async def _is_outside(
        self, kept: messages.Message, statements: Sequence[Statement]
    ) -> bool:
        """Return whether the message is about nobody we may hear of; count it then."""
        for one in statements:
            if not self._scope.may_be_live(one.person):
                rule = "The NHS number is of a range that nobody has"
                raise FhirRefused(codes.BAD_VALUE, "Patient.identifier", rule=rule)
        left = await self._scope.outside(kept.sender, statements)
        if left and len(left) == len(statements):
            await self._scope.count_one(kept.sender, OUTSIDE)
        elif left:
            rule = "It is also about a child outside your scope: send one at a time"
            raise FhirRefused(codes.INVARIANT, "Bundle.entry", rule=rule)
        return bool(left)

    async def _keep(
        self, kept: messages.Message, message: Message, statement: Statement
    ) -> Response:
        """Commit the message; a repeat is a 409, as BaRS has it."""
        person = refs.person_ref(
            self._service.settings.key, kept.sender, statement.person
        )
        item = messages.Item(statement.place, kept.body, person, statement.type)

        async def work(step: Step) -> messages.Kept:
            """Keep it."""
            topic = topics.HEALTH_INBOUND
            await self._scope.note(step, kept.sender, [statement])
            return await messages.accept(step, kept, [item], topic=topic, answer=b"")

        result = await self._service.doors.commit(work)
        if result.outcome != "accepted":
            again = result.outcome == "repeated"
            first = {"Location": f"/messages/{kept.ref}"} if again else None
            return _fault(codes.DUPLICATE if again else codes.CONFLICT, first)
        answer = response_bundle(
            message,
            request_id=kept.request_id,
            header_id=str(uuid4()),
            at=instants.text(instants.now()),
            endpoint=self._settings.endpoint,
        )
        return _fhir(200, answer, {"Location": f"/messages/{kept.ref}"})

    async def _refuse(self, kept: messages.Message, refused: FhirRefused) -> Response:
        """Keep a message that cannot be used, if it may be; say why it cannot."""
        if self._scope.held(kept.sender).narrow:
            await self._scope.count_one(kept.sender, UNREADABLE)
            return _fhir(refused.status, outcome_of(refused))

        async def work(step: Step) -> tuple[UUID, Refused]:
            """Keep it."""
            topic = topics.HEALTH_INBOUND
            return await messages.refuse(step, kept, refused, topic=topic)

        ref, why = await self._service.doors.commit(work)
        metrics.REFUSED.labels(why.reason).inc()
        if why.reason == codes.CONFLICT.reason:
            return _fault(codes.CONFLICT)
        location = {"Location": f"/messages/{ref}"}
        return _fhir(refused.status, outcome_of(refused), location)


def _judged(
    body: bytes, kept: messages.Message, header: str | None
) -> tuple[Message, tuple[Statement, ...]]:
    """Return the message and what it states; raises FhirRefused."""
    message = read_message(body)
    said = (("MessageHeader.sender", sender_of(message)), (END_USER, header))
    for where, named in said:
        if named is not None and named != kept.sender:
            rule = "must be the organisation of your token"
            raise FhirRefused(codes.FORBIDDEN, where, rule=rule)
    return message, to_statements(message, correlationid=kept.correlation_id)


def _check_media_type(said: str) -> None:
    """Raise a 415 for anything but FHIR JSON."""
    if said.partition(";")[0].strip().lower() not in _TYPES:
        raise Problem(415, "unknown-media-type", f"Send {_FHIR}.")


def _problem(problem: Problem) -> Response:
    """Return the OperationOutcome of a problem that the runtime found."""
    fault = _FAULTS.get(problem.reason, codes.SERVER_ERROR)
    body = outcome(fault)
    body["issue"][0]["diagnostics"] = problem.detail
    return _fhir(problem.status, body, problem.headers)


def _fault(fault: codes.Fault, headers: dict[str, str] | None = None) -> Response:
    """Return the OperationOutcome of *fault*."""
    return _fhir(fault.status, outcome(fault), headers)


def _fhir(
    status: int, resource: dict[str, Any], headers: dict[str, str] | None = None
) -> Response:
    """Return a FHIR answer."""
    return Response(orjson.dumps(resource), status, headers, _FHIR)
