"""What a door answers when a request ends in an error of which it knows nothing itself."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

import asyncpg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.runtime import postgres
from services.runtime.problems import Problem, away, unknown
from services.runtime.wording import rule_of

Told = Callable[[Request, Problem], Response]
"""How a service tells a problem to whoever asked."""


def plainly(_request: Request, problem: Problem) -> Response:
    """Tell a problem as problem details."""
    return problem.response()


def answer_errors(app: FastAPI, told: Told = plainly) -> None:
    """Have *app* answer problems, what is away, and what no table can hold, as *told*."""
    for kind, problem_of in _PROBLEMS.items():
        app.add_exception_handler(kind, _answering(problem_of, told))


_ProblemOf = Callable[[Request, Exception], Problem]


def _answering(
    problem_of: _ProblemOf, told: Told
) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers an error with the problem that it is."""

    async def answer(request: Request, error: Exception) -> Response:
        """Answer one request."""
        return told(request, problem_of(request, error))

    return answer


def _itself(_request: Request, problem: Exception) -> Problem:
    """Return the problem that a door raised."""
    assert isinstance(problem, Problem)  # noqa: S101 - registered for this class
    return problem


def _of_http(_request: Request, error: Exception) -> Problem:
    """Return what the framework found in the same form; a body that is none, as others."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    if error.status_code == HTTPStatus.NOT_FOUND:
        return unknown()
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return Problem(422, "not-understood", "The body cannot be read.")
    said = HTTPStatus(error.status_code).phrase
    reason = said.lower().replace(" ", "-")
    return Problem(error.status_code, reason, f"{said}.", headers=error.headers)


def _invalid(_request: Request, error: Exception) -> Problem:
    """Return where the body or the query breaks which rule; never the value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    faults = [
        {"where": "/" + "/".join(map(str, one["loc"][1:])), "rule": rule_of(one)}
        for one in error.errors()
    ]
    detail = "Mend what is listed and send it again."
    return Problem(422, "not-understood", detail, errors=faults)


def _away(_request: Request, _error: Exception) -> Problem:
    """Return that something is away, wherever in a request that showed."""
    return away()


def _unkeepable(request: Request, _error: Exception) -> Problem:
    """Return that a character cannot be kept; in an address nothing is called so."""
    if "\0" in request.url.path or "%00" in request.url.path:
        return unknown()
    detail = "Something in it cannot be kept: a NUL character, or a number too large."
    return Problem(422, "not-understood", detail)


_PROBLEMS: Final[Mapping[type[Exception], _ProblemOf]] = {
    Problem: _itself,
    HTTPException: _of_http,
    RequestValidationError: _invalid,
    asyncpg.DataError: _unkeepable,
    **dict.fromkeys(postgres.AWAY, _away),
}
"""What each error is to whoever asked."""
