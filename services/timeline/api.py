"""HTTP doors of the timeline: search, and one child's timeline as JSON."""

from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.runtime.intake.door import read_body
from services.runtime.service import Service
from services.timeline.store.reading import Reading, not_understood


def router(service: Service, reading: Reading) -> APIRouter:
    """Return the JSON routes."""
    routes = APIRouter()

    @routes.post("/children/search")
    async def search(request: Request) -> dict[str, Any]:
        """Find a child by NHS number or UPN, together with the date of birth."""
        caller = await service.tokens.caller(request)
        body = await read_body(request, service.settings.body_limit_bytes)
        try:
            asked = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise not_understood("The body must be JSON.") from None
        return {"child_ref": await reading.search(caller, asked)}

    @routes.get("/children/{ref}/timeline")
    async def timeline(ref: str, request: Request) -> Response:
        """Return one child's timeline as this caller may see it."""
        caller = await service.tokens.caller(request)
        known_on = request.query_params.get("as_known_on")
        shown = await reading.timeline(caller, ref, known_on)
        body = orjson.dumps(shown, option=orjson.OPT_SORT_KEYS)
        headers = {"Cache-Control": "no-store"}
        return Response(body, 200, headers, "application/json")

    return routes
