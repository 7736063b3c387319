"""The FHIR doors' addresses."""

import time
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import uuid4

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.health_gateway import codes
from services.health_gateway.api.answering import fault_answer, fhir, problem_answer
from services.health_gateway.api.taking import Taking
from services.health_gateway.settings import Settings
from services.health_gateway.store.table_files import TableFiles
from services.health_gateway.translate import Asked
from services.health_gateway.translate.answers import (
    capability_statement,
    message_definitions,
)
from services.runtime import instants, metrics
from services.runtime.intake import door
from services.runtime.intake.scope import Scope
from services.runtime.intake.showing import receipt
from services.runtime.problems import Problem
from services.runtime.service import Service

_EVERY: Final = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_OPERATIONS: Final = ("/$process-message", "/$validate")
"""What is posted beside the resources, and nothing else is done to."""


MESSAGE: Final = Asked(message_only=True)
BUNDLE: Final = Asked(bundle_only=True)


class Door:
    """The FHIR door. Every answer is FHIR, errors included."""

    def __init__(
        self, service: Service, settings: Settings, files: TableFiles, scope: Scope
    ) -> None:
        """Take messages and resources of *scope* into *service*."""
        self._service = service
        self._settings = settings
        self._files = files
        self._taking = Taking(service, settings, files, scope)

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter()
        self._add_messages(routes)
        self._add_resources(routes)
        self._add_descriptions(routes)
        self._add_rest(routes)
        return routes

    def _add_messages(self, routes: APIRouter) -> None:
        """Add the doors for messages and their receipts."""

        @routes.post("/$process-message")
        async def process_message(request: Request) -> Response:
            """Take a BaRS-shaped message and answer with a response message."""
            return await self._timed(request, "process-message", MESSAGE)

        @routes.post("/FHIR/R4/$process-message", include_in_schema=False)
        async def process_message_there(request: Request) -> Response:
            """Take the same beside the resources."""
            return await self._timed(request, "process-message", MESSAGE)

        @routes.get("/messages/{ref}")
        async def message(ref: str, request: Request) -> Response:
            """Return what became of a message, to its sender alone."""
            try:
                caller = await self._service.tokens.caller(request)
                shown = await receipt(self._service, caller, ref)
            except Problem as problem:
                return problem_answer(request, problem)
            return Response(orjson.dumps(shown), media_type="application/json")

    def _add_resources(self, routes: APIRouter) -> None:
        """Add the doors for resources and Bundles."""

        @routes.post("/FHIR/R4/", status_code=201, include_in_schema=False)
        @routes.post("/FHIR/R4", status_code=201)
        async def bundle(request: Request) -> Response:
            """Take a Bundle: transaction, batch, collection, history or message."""
            return await self._timed(request, "bundle", BUNDLE)

        @routes.post("/FHIR/R4/{kind}", status_code=201)
        async def create(kind: str, request: Request) -> Response:
            """Take a resource of R4."""
            return await self._timed(request, "resource", Asked("POST", kind))

        @routes.put("/FHIR/R4/{kind}/{own}", status_code=201)
        async def update(kind: str, own: str, request: Request) -> Response:
            """Take a version of a resource of R4."""
            return await self._timed(request, "resource", Asked("PUT", kind, own))

        @routes.delete("/FHIR/R4/{kind}/{own}")
        async def delete(kind: str, own: str, request: Request) -> Response:
            """Take back a record that was sent before."""
            return await self._timed(request, "resource", Asked("DELETE", kind, own))

    def _add_descriptions(self, routes: APIRouter) -> None:
        """Add what this service says of itself; it shows nothing of anybody."""

        async def metadata(request: Request) -> Response:
            """Return this service's CapabilityStatement."""
            described = capability_statement(
                self._settings.endpoint, self._files.tables.table
            )
            return fhir(request, 200, described)

        async def definitions(request: Request) -> Response:
            """Return the definitions of the messages that are taken."""
            at = instants.text(instants.now())
            return fhir(
                request, 200, message_definitions(self._files.tables.table, at=at)
            )

        for path, answer in (
            ("metadata", metadata),
            ("MessageDefinition", definitions),
        ):
            for at in (f"/{path}", f"/FHIR/R4/{path}"):
                routes.get(at, include_in_schema=False)(answer)

    def _add_rest(self, routes: APIRouter) -> None:
        """Add the answer to every other interaction of FHIR."""
        others = [method for method in _EVERY if method != "POST"]
        for path in _OPERATIONS:
            routes.add_api_route(
                path, self._wrong_method, methods=others, include_in_schema=False
            )

        @routes.api_route(
            "/FHIR/R4/{rest:path}", methods=_EVERY, include_in_schema=False
        )
        async def other(rest: str, request: Request) -> Response:
            """Say that this service takes records and does not give them."""
            del rest
            try:
                await self._service.tokens.caller(request)
            except Problem as problem:
                return problem_answer(request, problem)
            detail = "Use an interaction that this service's metadata names."
            return problem_answer(request, Problem(501, "not-implemented", detail))

    async def _wrong_method(self, request: Request) -> Response:
        """Say that an operation is posted."""
        try:
            await self._service.tokens.caller(request)
        except Problem as problem:
            return problem_answer(request, problem)
        return fault_answer(request, codes.METHOD_NOT_ALLOWED, {"Allow": "POST"})

    async def _timed(self, request: Request, name: str, asked: Asked) -> Response:
        """Take one request and count it."""
        made, began = str(uuid4()), time.perf_counter()
        answer = await _as_fhir(
            request, lambda: self._taking.take(request, asked, made)
        )
        answer.headers.update(door.mirrored(request, made))
        metrics.REQUESTS.labels(name, str(answer.status_code)).inc()
        seconds = time.perf_counter() - began
        metrics.REQUEST_SECONDS.labels(name).observe(seconds)
        return answer


async def _as_fhir(
    request: Request, answer: Callable[[], Awaitable[Response]]
) -> Response:
    """Return the answer; a problem is told as FHIR too."""
    try:
        return await answer()
    except Problem as problem:
        return problem_answer(request, problem)
