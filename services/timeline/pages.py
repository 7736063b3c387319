"""The pages of the timeline: find a child, and one child's timeline."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from fastapi import APIRouter
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from schemas.events import CATALOGUE
from schemas.identifiers import NhsNumber, Upn, nhs_number_agrees, upn_agrees
from services.runtime import pages
from services.runtime.pages.models import Problem, TimelinePage, Viewer
from services.runtime.session import PageRoute, Session, Sessions
from services.timeline.store.reading import Reading, known_moment

_UNREAD: Final = "message.refused.v1"
_TITLES: Final = {kind.name: kind.title for kind in CATALOGUE.values()} | {
    _UNREAD: "A message could not be read"
}
_BORN: Final = "date_of_birth"


class _Number(NamedTuple):
    """A number that a child is found by, and what to say when it cannot be one."""

    form: TypeAdapter[str]
    agrees: Callable[[str], bool]
    malformed: str
    mistyped: str


_NUMBERS: Final = {
    "nhs_number": _Number(
        TypeAdapter(NhsNumber),
        nhs_number_agrees,
        "Enter an NHS number of 10 digits",
        "Check the NHS number: one of its digits is wrong",
    ),
    "upn": _Number(
        TypeAdapter(Upn),
        upn_agrees,
        "Enter a UPN: a letter, then 12 characters",
        "Check the UPN: one of its characters is wrong",
    ),
}


class Pages:
    """What people see of children."""

    def __init__(self, reading: Reading, sessions: Sessions) -> None:
        """Show what *reading* lets those see who signed in."""
        self._reading = reading
        self._sessions = sessions

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(route_class=PageRoute, include_in_schema=False)
        routes.add_api_route("/", self.start, methods=["GET"])
        routes.add_api_route("/search", self.search, methods=["POST"])
        routes.add_api_route("/children/{ref}", self.timeline, methods=["GET"])
        return routes

    async def start(self, request: Request) -> Response:
        """Show the form that finds a child."""
        return _search_page(await self._sessions.of(request))

    async def search(self, request: Request) -> Response:
        """Go to the child that a number and a date of birth lead to."""
        session = await self._sessions.of(request)
        form = await self._sessions.form(request)
        asked, problems = sought(form)
        if problems:
            return _search_page(session, form, problems)
        ref = await self._reading.search(session.caller, asked)
        return pages.redirect(f"/children/{ref}")

    async def timeline(self, ref: str, request: Request) -> Response:
        """Show one child's timeline as this viewer may see it."""
        session = await self._sessions.of(request)
        known_on = request.query_params.get("as_known_on") or None
        shown = await self._reading.timeline(session.caller, ref, known_on)
        model = self._model(session.viewer, shown, known_on)
        return pages.answer(pages.timeline(model))

    def _model(
        self, viewer: Viewer, shown: Mapping[str, Any], known_on: str | None
    ) -> TimelinePage:
        """Return what the page is made from."""
        contracts = self._reading.contracts
        clocks = {rule.clock: rule.title for rule in contracts.rules.clocks}
        return {
            "viewer": viewer,
            "timeline": shown,
            "titles": {**_TITLES, **clocks},
            "names": contracts.rules.names,
            "as_known_on": known_on,
            "today": contracts.today,
            "counted_on": self._reading.day(known_moment(known_on)),
            "unread": [e for e in shown["entries"] if e["type"] == _UNREAD],
        }


def sought(form: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Return what a search form asks for, and what is wrong with it, without values."""
    written = {name: _tidy(form.get(name, "")) for name in _NUMBERS}
    given = {name: number for name, number in written.items() if number}
    born = pages.date_of(form, _BORN)
    problems = [
        Problem(field=field, text=text)
        for field, text in (_wrong_number(given), _wrong_date(form))
        if text
    ]
    return given | {_BORN: born.isoformat() if born else ""}, problems


def _tidy(number: str) -> str:
    """Return *number* as it is kept: people write spaces and small letters."""
    return "".join(number.split()).upper()


def _wrong_number(given: Mapping[str, str]) -> tuple[str, str]:
    """Return which field must be put right, and how; no words if none must."""
    if len(given) != 1:
        how = "either the NHS number or the UPN, not both"
        return "nhs_number", f"Enter {how if given else 'an NHS number or a UPN'}"
    [(name, number)] = given.items()
    kind = _NUMBERS[name]
    try:
        kind.form.validate_python(number)
    except ValidationError:
        return name, kind.malformed
    return name, "" if kind.agrees(number) else kind.mistyped


def _wrong_date(form: Mapping[str, str]) -> tuple[str, str]:
    """Return what is wrong with the date of birth; no words if nothing is."""
    if pages.date_of(form, _BORN):
        return _BORN, ""
    names = (f"{_BORN}-{part}" for part in ("day", "month", "year"))
    written = any(form.get(name, "").strip() for name in names)
    real = "Date of birth must be a real date"
    return _BORN, real if written else "Enter a date of birth"


def _search_page(
    session: Session,
    values: Mapping[str, str] | None = None,
    problems: list[Problem] | None = None,
) -> Response:
    """Return the form, with what was written and what is wrong with it."""
    html = pages.search(
        {
            "viewer": session.viewer,
            "csrf": session.csrf,
            "values": values or {},
            "problems": problems or [],
        }
    )
    return pages.answer(html, status=422 if problems else 200)
