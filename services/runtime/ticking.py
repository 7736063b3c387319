"""`throughline tick`: moves `today` on, in development alone."""

from collections.abc import Awaitable, Callable
from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from services.runtime.agreements import Contracts
from services.runtime.problems import Problem, unknown
from services.runtime.service import Service


class Tick(BaseModel):
    """The day that is to be today."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    date: date


async def _nothing(_day: date) -> None:
    """Do nothing more than move on."""


def router(
    service: Service,
    contracts: Contracts,
    also: Callable[[date], Awaitable[None]] = _nothing,
) -> APIRouter:
    """Return the route; *also* does what the service does on a new day."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/tick")
    async def tick(asked: Tick, request: Request) -> dict[str, str]:
        """Move today on to a later day."""
        if not service.settings.development:
            raise unknown()
        caller = await service.tokens.caller(request)
        caller.needs("operate")
        if asked.date < contracts.today:
            raise Problem(422, "not-understood", "Time does not go back.")
        await also(asked.date)
        contracts.set_today(asked.date)
        return {"today": contracts.today.isoformat()}

    return routes
