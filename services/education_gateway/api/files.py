"""HTTP doors for files: `POST /files`, what was wrong in them, and what was held."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.education_gateway.api import uploads
from services.education_gateway.settings import Settings
from services.education_gateway.store.arriving import Arriving
from services.education_gateway.store.deliveries import Arrived
from services.education_gateway.store.reporting import Reporting
from services.runtime import metrics
from services.runtime.intake import door
from services.runtime.problems import Problem
from services.runtime.service import Service

FEED: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)
_CSV: Final = "text/csv; charset=utf-8"
_PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Decision(BaseModel):
    """Why a person releases or rejects what was held."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    reason: str = Field(min_length=5, max_length=200)


class FileDoor:
    """The door for files, and what their sender can ask of them."""

    def __init__(
        self,
        service: Service,
        settings: Settings,
        arriving: Arriving,
        reporting: Reporting,
    ) -> None:
        """Take files into *service*."""
        self._service = service
        self._settings = settings
        self._arriving = arriving
        self._reporting = reporting

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter()

        @routes.post("/files", status_code=202)
        async def files(request: Request) -> Response:
            """Take files of one feed: SEN2, school census, CTF, a case system's."""
            correlation = str(uuid4())
            try:
                answer = await self._take(request)
            except Problem as problem:
                answer = problem.response()
            answer.headers.update(door.mirrored(request, correlation))
            metrics.REQUESTS.labels("files", str(answer.status_code)).inc()
            return answer

        @routes.get("/messages/{ref}/report.csv")
        async def report(ref: str, request: Request) -> Response:
            """Return what was wrong or doubtful, row by row, to the sender alone."""
            caller = await self._service.tokens.caller(request)
            lines = await self._reporting.report(caller, ref)
            return _table(lines, f"report-{ref}.csv")

        @routes.get("/messages/{ref}/rows.csv")
        async def rows(ref: str, request: Request, table: str = "") -> Response:
            """Return the rows that failed, as they came, to be corrected and sent again."""
            caller = await self._service.tokens.caller(request)
            lines = await self._reporting.rows(caller, ref, table)
            return _table(lines, f"rows-{ref}.csv")

        @routes.post("/messages/{ref}/release")
        async def release(
            ref: str, decision: Decision, request: Request
        ) -> dict[str, Any]:
            """Take in a delivery that was held because too much of it is gone."""
            return await self._decide(request, ref, decision, release=True)

        @routes.post("/messages/{ref}/reject")
        async def reject(
            ref: str, decision: Decision, request: Request
        ) -> dict[str, Any]:
            """Refuse a delivery that was held; nothing of it is taken in."""
            return await self._decide(request, ref, decision, release=False)

        return routes

    async def _decide(
        self, request: Request, ref: str, decision: Decision, *, release: bool
    ) -> dict[str, Any]:
        """Do what a person decided about a held delivery."""
        caller = await self._service.tokens.caller(request)
        caller.needs("publish")
        await self._arriving.decide(caller, ref, decision.reason, release=release)
        return {"message_ref": ref, "state": "waiting" if release else "rejected"}

    async def _take(self, request: Request) -> Response:
        """Keep one delivery and answer."""
        asked = await door.headed(self._service, request)
        upload = await uploads.received(request, self._settings.most_file_bytes)
        with uploads.closing(upload):
            said = dict(request.query_params) | upload.fields
            arrived = await asyncio.to_thread(_arrived, asked, said, upload.files)
            kept, arrived = await self._arriving.keep(arrived)
        if kept.outcome == "outside":
            return Response(kept.answer, 200, {}, "application/json")
        headers = {"Location": f"/messages/{arrived.ref}"}
        if kept.outcome == "repeated":
            headers["Idempotent-Replayed"] = "true"
        return Response(kept.answer, 202, headers, "application/json")


def _arrived(
    asked: door.Asked, said: Mapping[str, str], files: Sequence[uploads.File]
) -> Arrived:
    """Return the delivery of a request; raises a 422 for what it says wrongly."""
    feed = said.get("feed", "")
    if feed and not FEED.fullmatch(feed):
        detail = "feed is a short name: small letters, digits, - and _."
        raise Problem(422, "not-understood", detail)
    as_at = _day(said.get("as_at"))
    corrects = _ref(said.get("corrects"))
    about = {"feed": feed, "as_at": as_at, "corrects": corrects}
    return Arrived(
        gateway="education_gateway",
        sender=asked.caller.org,
        request_id=asked.request_id,
        correlation_id=asked.correlation_id,
        received_at=asked.received_at,
        content_type=asked.content_type,
        body=b"",
        feed=feed,
        stated_as_at=as_at,
        corrects=corrects,
        files=tuple(files),
        digest=uploads.digest_of(about, list(files)),
    )


def _day(said: str | None) -> date | None:
    """Return the day of which a file is said to speak."""
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Problem(422, "not-understood", "as_at is a date, 2026-01-15.") from None


def _ref(said: str | None) -> UUID | None:
    """Return the delivery whose rows these correct."""
    try:
        return UUID(said) if said else None
    except ValueError:
        raise Problem(422, "not-understood", "corrects is a message_ref.") from None


def _table(lines: AsyncIterator[str], name: str) -> Response:
    """Return lines as a CSV that a browser keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} | _PRIVATE
    return StreamingResponse(lines, media_type=_CSV, headers=headers)
