"""HTTP doors of identity: identifiers for a body that is asked; what stewards do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from schemas.naming import namings
from services.identity_linking import rules, store, translate
from services.identity_linking.settings import Settings
from services.runtime import audit, instants, offices, refs
from services.runtime.agreements import Contracts
from services.runtime.decide import Reach, reach
from services.runtime.offices import OPERATOR, STEWARD, Officer
from services.runtime.problems import Problem, away, unknown
from services.runtime.service import Service
from services.runtime.step import Step
from services.runtime.tokens import Caller

_STEWARDS: Final = (OPERATOR, STEWARD)


class Reason(BaseModel):
    """Why a steward does something: parts a person from its child, settles a review."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    reason: str


@dataclass(frozen=True, slots=True)
class Command:
    """One un-linking, as it was asked for."""

    person: str
    reason: str
    id: UUID | None
    """The command's own id: with it a repeat is known, whatever happened since."""


class Door:
    """The doors of identity."""

    def __init__(
        self, service: Service, contracts: Contracts, settings: Settings
    ) -> None:
        """Answer for *service* under *contracts*."""
        self._service = service
        self._contracts = contracts
        self._settings = settings

    def router(self) -> APIRouter:
        """Return the routes."""
        routes = APIRouter()

        @routes.get("/children/{ref}/identifiers")
        async def identifiers(ref: str, request: Request) -> dict[str, Any]:
            """Tell a body that is asked for something whom it is about."""
            caller = await self._service.tokens.caller(request)
            caller.needs("read")
            return await self._service.doors.commit(
                lambda step: self._identifiers(step, caller, ref)
            )

        @routes.post("/persons/{ref}/unlink")
        async def unlink(ref: str, asked: Reason, request: Request) -> dict[str, Any]:
            """Part a person from its child; it founds a child of its own."""
            caller = await self._service.tokens.caller(request)
            caller.needs("operate")
            by, why = self._steward(caller), self._reason(asked)
            command = Command(ref, why, _request_id(request))
            self._require_reading()
            return await self._service.doors.commit(
                lambda step: self._unlink(step, by, command)
            )

        @routes.get("/reviews")
        async def reviews(request: Request) -> dict[str, Any]:
            """List what rules left open, for stewards: references and no identifier."""
            caller = await self._service.tokens.caller(request)
            caller.needs("read")
            by = self._steward(caller)
            return await self._service.doors.commit(lambda s: _reviews(s, by))

        @routes.post("/reviews/{ref}/settle")
        async def settle(ref: str, asked: Reason, request: Request) -> dict[str, Any]:
            """Note that a steward has looked at a review, and what came of it."""
            caller = await self._service.tokens.caller(request)
            caller.needs("operate")
            by, why = self._steward(caller), self._reason(asked)
            return await self._service.doors.commit(
                lambda step: _settle(step, by, ref, why)
            )

        return routes

    def _steward(self, caller: Caller) -> Officer:
        """Return *caller* as a steward or an operator; raises a 403 for others."""
        return offices.officer(caller, self._contracts, *_STEWARDS)

    def _reason(self, asked: Reason) -> str:
        """Return a steward's reason; raises a 422 for none."""
        if len(asked.reason.strip()) < self._settings.shortest_reason:
            raise Problem(422, "not-understood", "Give a reason in a few words.")
        return asked.reason.strip()

    def _require_reading(self) -> None:
        """Raise a 503 while what was decided before may still have to be read back."""
        if not self._service.reading_since_start:
            raise away()

    async def _identifiers(
        self, step: Step, caller: Caller, ref: str
    ) -> dict[str, Any]:
        """Return identifiers, audited; raises the one 404."""
        child = await store.current_child(step.conn, ref)
        events = await store.events_of(step.conn, child) if child else []
        reached = reach(
            self._contracts.viewer(caller),
            namings(events),
            self._contracts.rules.agreements,
        )
        if child is None or reached is None:
            raise unknown()
        if not _may_know(reached, translate.asks(caller.org, events)):
            raise unknown()
        said = await store.particulars(step.conn, child)
        shown = identifiers_for(caller.org, said)
        await audit.record(step.conn, _disclosure(caller, reached, ref, shown))
        return {"child_ref": ref} | shown

    async def _unlink(self, step: Step, by: Officer, asked: Command) -> dict[str, Any]:
        """
        Part a person from all others of its child, once; return which child it is now.

        Whoever asks again, because no answer came, is told what was decided.
        """
        epoch, knownat = await store.lock(step.conn, step.now)
        place = await store.place_of(step.conn, asked.person)
        if place is None:
            raise unknown()
        before = await _parted_before(step, asked, place)
        if before is None:
            who = f"{by.caller.org} {by.caller.token_id}"
            before = await self._part(step, asked, place, epoch + 1, knownat, who)
        child, decided_at = before
        await audit.record(
            step.conn, by.discloses("unlink", asked.person, {"child": child})
        )
        return {"person_ref": asked.person, "child_ref": child, "epoch": decided_at}

    async def _part(
        self,
        step: Step,
        asked: Command,
        place: store.Place,
        epoch: int,
        knownat: datetime,
        by: str,
    ) -> tuple[str, int]:
        """Found a child for the person at *epoch*, and publish that."""
        child = refs.child_ref(self._service.settings.key, asked.person, epoch)
        decided = translate.Decided(
            epoch=epoch,
            child_ref=child,
            persons=(asked.person,),
            reason="unlinked",
            evidence=("steward",),
            parted=tuple(place.others),
        )
        await store.part(step.conn, asked.person, place.others)
        row = (asked.person, place.sender, child, epoch, child)
        await store.save_places(step.conn, [row], [(child, epoch)], [])
        await store.save_decisions(step.conn, [decided], at=knownat, by=by)
        await store.save_command(step.conn, epoch, asked.reason, asked.id)
        await store.save_epoch(step.conn, epoch)
        step.publish(translate.linked_record(decided, knownat, {}))
        return child, epoch


async def _reviews(step: Step, by: Officer) -> dict[str, Any]:
    """Return the open reviews, audited."""
    found = await store.open_reviews(step.conn)
    refs_shown = [str(one["ref"]) for one in found]
    row = by.discloses("reviews", "reviews", {"reviews": refs_shown})
    await audit.record(step.conn, row)
    shown = [
        {**one, "ref": str(one["ref"]), "raised_at": instants.text(one["raised_at"])}
        for one in found
    ]
    return {"reviews": shown}


async def _settle(step: Step, by: Officer, said: str, why: str) -> dict[str, Any]:
    """Settle a review; raises the one 404. Settled again, the first one counts."""
    try:
        ref = UUID(said)
    except ValueError:
        raise unknown() from None
    who = f"{by.caller.org} {by.caller.token_id}"
    if not await store.settle_review(step.conn, ref, by=who, words=why):
        raise unknown()
    return {"ref": str(ref), "settled": True}


async def _parted_before(
    step: Step, asked: Command, place: store.Place
) -> tuple[str, int] | None:
    """
    Return the child and epoch of a person whom nobody is left to be parted from.

    The same command has one effect, even if others have joined the person since.
    """
    known = await store.commanded(step.conn, asked.id) if asked.id else None
    if known is not None and known[2] != [asked.person]:
        detail = "The same X-Request-ID came with another person."
        raise Problem(409, "conflict", detail)
    if known is not None:
        return known[0], known[1]
    return None if place.others else (place.child, place.epoch)


def _request_id(request: Request) -> UUID | None:
    """Return the command's id, if it has one; raises a 400 for one that is no UUID."""
    said = request.headers.get("x-request-id")
    try:
        return UUID(said) if said else None
    except ValueError:
        raise Problem(400, "bad-header", "X-Request-ID must be a UUID.") from None


def _may_know(reached: Reach, asked: Sequence[tuple[str, str]]) -> bool:
    """Return whether something that is *asked* may be seen, and identifiers told."""
    agreement = reached.agreement
    return agreement.identifiers and any(
        category in reached.terms.granted and sensitivity in agreement.sensitivities
        for category, sensitivity in asked
    )


def identifiers_for(org: str, said: Sequence[rules.Stated]) -> dict[str, Any]:
    """
    Return whom an event is about, in the identifiers of the one who is asked.

    NHS bodies get the NHS number and no UPN, the others the UPN and no NHS number.
    """
    number = "nhs_number" if org.startswith("urn:ods:") else "upn"
    attribute = f"good_{number}"
    first = {
        number: next((v for s in said if (v := getattr(s, attribute))), None),
        "date_of_birth": next((s.born for s in said if s.born), None),
        "family_name": next((s.family_name for s in said if s.family_name), None),
        "given_name": next((s.given_name for s in said if s.given_name), None),
    }
    return {name: value for name, value in first.items() if value is not None}


def _disclosure(
    caller: Caller, reached: Reach, ref: str, shown: dict[str, Any]
) -> audit.Disclosure:
    """Return what is to be written about this disclosure."""
    return audit.Disclosure(
        caller=caller,
        role=reached.role,
        action="identifiers",
        subject=ref,
        agreement=reached.agreement.id,
        version=reached.terms.version,
        shown={"members": sorted(shown)},
    )
