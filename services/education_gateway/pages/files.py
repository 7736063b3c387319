"""The page of a file: what it came to, what was found in it, what a person may decide."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.education_gateway.store.arriving import Arriving
from services.education_gateway.store.reporting import Reporting
from services.runtime import pages
from services.runtime.intake.showing import receipt
from services.runtime.problems import unknown
from services.runtime.service import Service
from services.runtime.session import PageRoute, Session, Sessions

_SHORTEST: Final = 5
_LONGEST: Final = 200
_HELD: Final = "held"
_RELEASE: Final = "release"
_REJECT: Final = "reject"


class Pages:
    """What people see of their organisation's files."""

    def __init__(
        self,
        service: Service,
        sessions: Sessions,
        arriving: Arriving,
        reporting: Reporting,
    ) -> None:
        """Show what *reporting* reads; *arriving* does what is decided."""
        self._service = service
        self._sessions = sessions
        self._arriving = arriving
        self._reporting = reporting

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter(route_class=PageRoute, include_in_schema=False)
        path = "/messages/{ref}/report"
        routes.add_api_route(path, self.show, methods=["GET"])
        routes.add_api_route(path, self.decide, methods=["POST"])
        routes.add_api_route(path + "/report.csv", self.report, methods=["GET"])
        routes.add_api_route(path + "/rows.csv", self.rows, methods=["GET"])
        return routes

    async def show(self, ref: str, request: Request) -> Response:
        """Show the report of one delivery, to those who sent it."""
        session = await self._sessions.of(request)
        return pages.answer(await self._page(session, ref))

    async def decide(self, ref: str, request: Request) -> Response:
        """Release or reject a held delivery, with a reason."""
        session = await self._sessions.of(request)
        form = await self._sessions.form(request)
        reason, decision = form.get("reason", "").strip(), form.get("decision")
        problems = problems_of(reason, decision)
        if problems:
            html = await self._page(session, ref, problems, reason[:_LONGEST])
            return pages.answer(html, status=422)
        release = decision == _RELEASE
        await self._arriving.decide(session.caller, ref, reason, release=release)
        return pages.redirect(f"/messages/{ref}/report")

    async def report(self, ref: str, request: Request) -> Response:
        """Give the report as CSV to whoever is signed in."""
        session = await self._sessions.of(request)
        lines = await self._reporting.report(session.caller, ref)
        return StreamingResponse(lines, headers=pages.SECURITY_HEADERS, media_type=_CSV)

    async def rows(self, ref: str, request: Request, table: str = "") -> Response:
        """Give the rows that failed, as they came."""
        session = await self._sessions.of(request)
        lines = await self._reporting.rows(session.caller, ref, table)
        return StreamingResponse(lines, headers=pages.SECURITY_HEADERS, media_type=_CSV)

    async def _page(
        self,
        session: Session,
        ref: str,
        problems: Sequence[Mapping[str, str]] = (),
        written: str = "",
    ) -> str:
        """Return the page; raises the one 404 for what is no delivery of theirs."""
        caller = session.caller
        said = await receipt(self._service, caller, ref)
        summary = await self._reporting.summary(caller, ref)
        if summary is None:
            raise unknown()
        decides = self._arriving.may_decide(caller)
        tables = await self._reporting.tables(caller, ref) if decides else {}
        return pages.render(
            "report.html",
            viewer=session.viewer,
            csrf=session.csrf,
            ref=ref,
            facts=_facts(summary),
            held=summary["state"] == _HELD,
            decides=decides,
            reason=said["reason"],
            rule=said["rule"],
            where=said["where"],
            found=await self._reporting.counted(caller, ref),
            tables=list(tables.items()),
            problems=problems,
            written=written,
        )


def problems_of(reason: str, decision: str | None) -> list[dict[str, str]]:
    """Return what is wrong with a decision, by the field where it is put right."""
    found = []
    if not _SHORTEST <= len(reason) <= _LONGEST:
        text = f"Enter a reason of {_SHORTEST} to {_LONGEST} characters"
        found.append({"field": "reason", "text": text})
    if decision not in {_RELEASE, _REJECT}:
        text = "Choose whether to take it in or to reject it"
        found.append({"field": "release", "text": text})
    return found


_CSV: Final = "text/csv; charset=utf-8"
_WORDS: Final = {
    "rows": "Rows read",
    "unchanged": "Unchanged",
    "others": "Changed in other columns alone",
    "added": "New",
    "changed": "Changed",
    "removed": "Gone",
    "removals_withheld": "Rows that kept anything from being taken for gone",
    "events": "Events made",
    "failed": "Rows set aside",
    "warnings": "Warnings",
}


def _facts(summary: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Return what a delivery is, and its counts, in words."""
    about = [
        ("Feed", summary["feed"]),
        ("Kind", summary["kind"] or "not known yet"),
        ("Speaks of", summary["as_at"] or "not known yet"),
        ("State", summary["state"]),
    ]
    counts = summary["counts"]
    return about + [(_WORDS[n], counts[n]) for n in _WORDS if n in counts]
