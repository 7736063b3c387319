"""What a door answers when a request ends in an error of which it knows nothing itself."""

from http import HTTPStatus

import asyncpg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.runtime import postgres
from services.runtime.problems import Problem, away, unknown
from services.runtime.wording import rule_of


def answer_errors(app: FastAPI) -> None:
    """Have *app* answer problems, what is away, and what no table can hold."""
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(asyncpg.DataError, _answer_unkeepable)
    for kind in postgres.AWAY:
        app.add_exception_handler(kind, _answer_away)


async def _answer_problem(_request: Request, problem: Exception) -> Response:
    """Answer with problem details."""
    assert isinstance(problem, Problem)  # noqa: S101 - registered for this class
    return problem.response()


async def _answer_http(_request: Request, error: Exception) -> Response:
    """Answer what the framework found in the same form; a body that is none, as others."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    if error.status_code == HTTPStatus.NOT_FOUND:
        return unknown().response()
    if error.status_code == HTTPStatus.BAD_REQUEST:
        detail = "The body cannot be read."
        return Problem(422, "not-understood", detail).response()
    said = HTTPStatus(error.status_code).phrase
    reason = said.lower().replace(" ", "-")
    detail, headers = f"{said}.", error.headers
    return Problem(error.status_code, reason, detail, headers=headers).response()


async def _answer_invalid(_request: Request, error: Exception) -> Response:
    """Answer where the body or the query breaks which rule; never with the value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    faults = [
        {"where": "/" + "/".join(map(str, one["loc"][1:])), "rule": rule_of(one)}
        for one in error.errors()
    ]
    detail = "Mend what is listed and send it again."
    return Problem(422, "not-understood", detail, errors=faults).response()


async def _answer_away(_request: Request, _error: Exception) -> Response:
    """Answer that something is away, wherever in a request that showed."""
    return away().response()


async def _answer_unkeepable(request: Request, _error: Exception) -> Response:
    """Answer that a character cannot be kept; in an address nothing is called so."""
    if "\0" in request.url.path or "%00" in request.url.path:
        return unknown().response()
    detail = "Something in it cannot be kept: a NUL character, or a number too large."
    return Problem(422, "not-understood", detail).response()
