"""Pages for whoever owes something and has only a browser: what is asked, one form."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas.events import CATALOGUE
from services.education_gateway.clients import Others
from services.education_gateway.translate import Answer, events_of
from services.runtime import instants, pages
from services.runtime.agreements import Contracts
from services.runtime.intake.door import Asked
from services.runtime.intake.showing import receipt
from services.runtime.pages.models import Problem
from services.runtime.pages.owed import ANSWERS, CHANNELS, NEED_A_CHANNEL
from services.runtime.problems import unknown
from services.runtime.service import Service
from services.runtime.session import PageRoute, Session, Sessions
from services.runtime.tokens import COOKIE

Publish = Callable[[Asked, str], Awaitable[Response]]
"""The events door: it judges, keeps and answers."""

_TITLES: Final = {kind.name: kind.title for kind in CATALOGUE.values()}
_ON: Final = "on"
_LONGEST_AGO: Final = timedelta(days=730)
_AFTER_SENDING: Final = frozenset({"received", "not_known", "returned"})
"""Answers that cannot be older than the request."""


class OwedPages:
    """What is asked of an organisation, and the form by which it answers."""

    def __init__(
        self, service: Service, contracts: Contracts, others: Others, publish: Publish
    ) -> None:
        """Show what *others* say, and send answers through *publish*."""
        self._service = service
        self._contracts = contracts
        self._others = others
        self._publish = publish
        self._sessions = Sessions(service, contracts)

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(route_class=PageRoute, include_in_schema=False)
        routes.add_api_route("/", self.start, methods=["GET"])
        routes.add_api_route("/owed", self.owed, methods=["GET"])
        routes.add_api_route("/owed/{ask}", self.ask, methods=["GET"])
        routes.add_api_route("/owed/{ask}", self.answer, methods=["POST"])
        routes.add_api_route("/answers/{ref}", self.sent, methods=["GET"])
        return routes

    async def start(self, request: Request) -> Response:
        """Go to what is asked."""
        await self._sessions.of(request)
        return pages.redirect("/owed")

    async def owed(self, request: Request) -> Response:
        """Show what is asked of the viewer's organisation, and what it asked for."""
        session = await self._sessions.of(request)
        said = await self._others.owed(request.cookies[COOKIE])
        return pages.answer(
            pages.owed(
                {
                    "viewer": session.viewer,
                    "org": session.caller.org,
                    "owed": said,
                    "names": self._contracts.rules.names,
                    "today": self._contracts.today,
                }
            )
        )

    async def ask(self, ask: str, request: Request) -> Response:
        """Show one request, and the form that answers it."""
        session = await self._sessions.of(request)
        one = await self._asked(session, ask, request)
        return await self._form(session, one, request, {"form": str(uuid4())})

    async def answer(self, ask: str, request: Request) -> Response:
        """Send the answer through the events door; go to its receipt."""
        session = await self._sessions.of(request)
        form = await self._sessions.form(request)
        one = await self._asked(session, ask, request)
        sent_on = date.fromisoformat(one["sent_on"])
        said, problems = answered(form, self._contracts.today, sent_on)
        if said is None:
            return await self._form(session, one, request, form, problems)
        taken = await self._send(session, one, said, _form_id(form))
        ref = taken.headers.get("Location", "").rpartition("/")[2]
        return pages.redirect(f"/answers/{ref}" if ref else "/owed")

    async def sent(self, ref: str, request: Request) -> Response:
        """Show what became of an answer."""
        session = await self._sessions.of(request)
        shown = await receipt(self._service, session.caller, ref)
        html = pages.message(
            {
                "viewer": session.viewer,
                "message": shown,
                "titles": _TITLES,
                "back": "/owed",
            }
        )
        return pages.answer(html)

    async def _asked(
        self, session: Session, ask: str, request: Request
    ) -> dict[str, Any]:
        """Return the open request; anyone but the body that is asked gets the 404."""
        said = await self._others.owed(request.cookies[COOKIE])
        mine = (item for item in said["items"] if item["body"] == session.caller.org)
        found: dict[str, Any] | None = next((i for i in mine if i["id"] == ask), None)
        if found is None:
            raise unknown()
        return found

    async def _send(
        self, session: Session, ask: Mapping[str, Any], said: Answer, form: str
    ) -> Response:
        """Publish the answer as the organisation of whoever signed in."""
        session.caller.needs("publish")
        org, today = session.caller.org, self._contracts.today
        events = events_of(said, ask, org=org, form=form, today=today)
        asked = Asked(
            caller=session.caller,
            request_id=form,
            correlation_id=None,
            received_at=instants.now(),
            content_type="application/json",
            body=orjson.dumps(events if len(events) > 1 else events[0]),
        )
        return await self._publish(asked, ask["correlationid"])

    async def _form(
        self,
        session: Session,
        ask: Mapping[str, Any],
        request: Request,
        values: Mapping[str, str],
        problems: list[Problem] | None = None,
    ) -> Response:
        """Return the form with what was written and what is wrong with it."""
        token = request.cookies[COOKIE]
        html = pages.ask(
            {
                "viewer": session.viewer,
                "csrf": session.csrf,
                "ask": ask,
                "child": await self._others.identifiers(token, ask["child_ref"]),
                "names": self._contracts.rules.names,
                "today": self._contracts.today,
                "values": values,
                "problems": problems or [],
            }
        )
        return pages.answer(html, status=422 if problems else 200)


def answered(
    form: Mapping[str, str], today: date, sent_on: date
) -> tuple[Answer | None, list[Problem]]:
    """
    Return the answer that a form holds, or what must be put right, without values.

    *sent_on* is the day on which the request was sent.
    """
    kind, on = form.get("answer", ""), pages.date_of(form, _ON)
    channel = form.get("channel") or None
    oldest = today - _LONGEST_AGO
    first = sent_on if kind in _AFTER_SENDING else oldest
    faults = [
        ("answer", "Choose an answer", kind in ANSWERS),
        (_ON, "Enter the day on which it happened", on is not None),
        (_ON, "The day must not be in the future", on is None or on <= today),
        (
            _ON,
            "The day must be within the last two years",
            on is None or on >= oldest,
        ),
        (
            _ON,
            "The day must not be before the request was sent",
            on is None or not oldest <= on < first,
        ),
        (
            "channel",
            "Choose how it was sent or said",
            kind not in NEED_A_CHANNEL or channel in CHANNELS,
        ),
    ]
    problems = [Problem(field=f, text=text) for f, text, good in faults if not good]
    if problems or on is None:
        return None, problems
    return Answer(kind, on, channel if kind in NEED_A_CHANNEL else None), []


def _form_id(form: Mapping[str, str]) -> str:
    """Return the id that the form was given when it was shown."""
    try:
        return str(UUID(form.get("form", "")))
    except ValueError:
        raise unknown() from None
