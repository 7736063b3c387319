"""One request at a door: judged, kept in one commit, answered."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import Response

from schemas import topics
from schemas.errors import Refused
from services.health_gateway import codes
from services.health_gateway.api.answering import fault_answer, fhir
from services.health_gateway.api.items import items_of
from services.health_gateway.api.scoping import (
    count_outside,
    is_outside,
    narrowed,
    people,
)
from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import Media, is_release
from services.health_gateway.settings import Settings
from services.health_gateway.store import answers_known, note_request, settle_empty
from services.health_gateway.store.table_files import TableFiles
from services.health_gateway.translate import (
    Asked,
    Heard,
    Message,
    Submission,
    sender_of,
    submission,
    travelling,
    withdrawn,
)
from services.health_gateway.translate.answers import (
    OUTSIDE,
    accepted,
    accepted_format,
    informed,
    outcome_of,
    response_bundle,
    response_of,
    warnings_of,
)
from services.health_gateway.translate.headers import (
    END_USER,
    Headers,
    read_headers,
)
from services.health_gateway.translate.headers import preferred as prefer_warnings
from services.health_gateway.translate.messages import RESPONSE
from services.runtime import instants, metrics
from services.runtime.intake import door, messages
from services.runtime.intake.scope import UNREADABLE, Scope
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.step import Step

_REQUESTS: Final = frozenset({"servicerequest-request", "booking-request"})


@dataclass(frozen=True, slots=True)
class _Judged:
    """A request that can be used."""

    kept: messages.Message
    content: Submission
    warnings: tuple[str, ...]
    read: Callable[[bytes], Submission] | None = None
    """What reads a batch again as JSON; None for anything else."""


class Taking:
    """Takes what comes through the FHIR doors."""

    def __init__(
        self, service: Service, settings: Settings, files: TableFiles, scope: Scope
    ) -> None:
        """Take into *service* what *scope* is about, read by *files*."""
        self._scope = scope
        self._service = service
        self._settings = settings
        self._files = files

    async def take(self, request: Request, asked: Asked, made: str) -> Response:
        """
        Judge, keep and answer one request.

        *made* is the correlation id of a message whose sender gave none.
        """
        came = await door.asked(self._service, request)
        message = came.message("health_gateway")
        self._scope.held(message.sender)
        if asked.method != "DELETE":
            _check_media_type(came.content_type)
        media = Media.of(message.content_type) or Media.JSON
        message = replace(message, travels=partial(travelling, media=media))
        if accepted_format(request.headers.get("accept")) is None:
            raise Problem(406, "not-acceptable", "Accept application/fhir+json.")
        try:
            judged = self._judged(request, message, asked, made)
            judged = await self._narrowed(judged)
            if judged.read is None and await is_outside(
                self._scope, message.sender, judged.content
            ):
                return fhir(request, 200, informed(OUTSIDE))
        except FhirRefused as refused:
            return await self._refuse(request, message, refused)
        refused_all = _refused_all(judged.content)
        if refused_all is not None:
            return await self._refuse(request, message, refused_all, judged.content)
        if judged.read and all(piece.outside for piece in judged.content.pieces):
            return await self._only_count(request, judged)
        return await self._keep(request, asked, judged)

    async def _narrowed(self, judged: _Judged) -> _Judged:
        """Return a batch without what is outside, where anyone is left out."""
        kept, content = judged.kept, judged.content
        cuts = self._scope.held(kept.sender).narrow and content.form == "batch"
        if not (cuts and content.pieces):
            return replace(judged, read=None)
        assert judged.read is not None  # noqa: S101 - a batch was read
        kept, content = await narrowed(self._scope, kept, content, judged.read)
        return replace(judged, kept=kept, content=content)

    async def _only_count(self, request: Request, judged: _Judged) -> Response:
        """Count a batch of which nothing is inside, and say so of each entry."""
        sender, content = judged.kept.sender, judged.content
        await self._service.doors.commit(
            lambda step: count_outside(self._scope, step, sender, content)
        )
        at = instants.text(instants.now())
        return fhir(request, 200, response_of(content.form, content.pieces, at=at))

    def _judged(
        self, request: Request, kept: messages.Message, asked: Asked, made: str
    ) -> _Judged:
        """Return what the request says; raises FhirRefused."""
        headers = read_headers(request.headers)
        _check_sender(END_USER, headers.sender, kept.sender)
        self._check_target(headers)
        heard = Heard(
            sender=kept.sender,
            at=kept.received,
            message=str(kept.ref),
            tables=self._files.tables,
            correlation=kept.correlation_id,
        )
        preferred = prefer_warnings(request.headers.get("prefer"))
        if asked.method == "DELETE":
            return _Judged(kept, withdrawn(asked, heard), preferred)
        media = Media.of(kept.content_type) or Media.JSON
        repairs = self._files.tables.repairs(kept.sender, kept.received_at.date())
        read = partial(submission, heard=heard, asked=asked, repairs=repairs)
        content = read(kept.body, media=media)
        warnings = content.warnings + preferred
        if content.message is not None:
            kept = replace(kept, correlation_id=kept.correlation_id or made)
            warnings += _check_message(content.message, headers, kept.sender)
        return _Judged(kept, content, warnings, read)

    def _check_target(self, headers: Headers) -> None:
        """Refuse what is meant for another service, where ours is known."""
        own = self._settings.service_id
        if own and headers.target is not None and headers.target != own:
            rule = "This names another service"
            raise FhirRefused(codes.FORBIDDEN, "NHSD-Target-Identifier", rule=rule)

    async def _keep(self, request: Request, asked: Asked, judged: _Judged) -> Response:
        """Commit the request; a repeat is a 409, as BaRS has it."""
        kept, message = judged.kept, judged.content.message
        key = self._service.settings.key
        items = items_of(kept, judged.content, key)

        async def work(step: Step) -> messages.Kept:
            """Keep it."""
            answers = message is not None and message.event == RESPONSE
            own = (message.answered or "") if message else ""
            if answers and not await answers_known(step.conn, key, own):
                return messages.Kept("unknown-response", b"")
            topic = topics.HEALTH_INBOUND
            await self._scope.note(step, kept.sender, people(judged.content))
            done = await messages.accept(
                step, kept, items, topic=topic, answer=b"", at_once=True
            )
            if done.outcome == "accepted":
                await count_outside(self._scope, step, kept.sender, judged.content)
                if message is not None and message.event in _REQUESTS:
                    own = message.bundle.text("id") or kept.request_id
                    await note_request(step.conn, key, own, kept.ref)
                if not any(item.refused is None for item in items):
                    await settle_empty(step.conn, kept.ref)
            return done

        result = await self._service.doors.commit(work)
        if result.outcome == "unknown-response":
            where, rule = "MessageHeader.response.identifier", "This answers no request"
            refused = FhirRefused(codes.UNKNOWN_RESPONSE, where, rule=rule)
            return await self._refuse(request, kept, refused)
        if result.outcome != "accepted":
            again = result.outcome == "repeated"
            first = {"Location": f"/messages/{kept.ref}"} if again else None
            fault = codes.DUPLICATE if again else codes.CONFLICT
            return fault_answer(request, fault, first)
        return self._answer(request, asked, judged)

    def _answer(self, request: Request, asked: Asked, judged: _Judged) -> Response:
        """Return the answer to what was taken in."""
        at = instants.text(instants.now())
        content, ref = judged.content, judged.kept.ref
        headers = {"Location": f"/messages/{ref}"}
        if content.message is not None:
            answer = response_bundle(
                content.message,
                request_id=judged.kept.request_id,
                header_id=str(uuid4()),
                at=at,
                endpoint=self._settings.endpoint,
                told=accepted(judged.warnings, content.issues)
                if judged.warnings or content.issues
                else None,
            )
            return fhir(request, 200, answer, headers)
        if content.form in {"transaction", "batch"}:
            answer = response_of(content.form, content.pieces, at=at)
            return fhir(request, 200, answer, headers)
        told = [word for piece in content.pieces for word in warnings_of(piece)]
        told += judged.warnings
        status = 200 if asked.method == "DELETE" else 201
        return fhir(request, status, accepted(told, content.issues), headers)

    async def _refuse(
        self,
        request: Request,
        kept: messages.Message,
        refused: FhirRefused,
        batch: Submission | None = None,
    ) -> Response:
        """Keep a message that cannot be used, if it may be; say why it cannot."""
        if self._scope.held(kept.sender).narrow:
            await self._scope.count_one(kept.sender, UNREADABLE)
            return fhir(request, refused.status, outcome_of(refused))

        async def work(step: Step) -> tuple[UUID, Refused]:
            """Keep it."""
            topic = topics.HEALTH_INBOUND
            return await messages.refuse(step, kept, refused, topic=topic)

        ref, why = await self._service.doors.commit(work)
        metrics.REFUSED.labels(why.reason).inc()
        if why.reason == codes.CONFLICT.reason:
            return fault_answer(request, codes.CONFLICT)
        location = {"Location": f"/messages/{ref}"}
        if batch is not None:
            at = instants.text(instants.now())
            answer = response_of(batch.form, batch.pieces, at=at)
            return fhir(request, 200, answer, location)
        return fhir(request, refused.status, outcome_of(refused), location)


def _refused_all(content: Submission) -> FhirRefused | None:
    """Return why a batch is refused, of which every entry is; None for anything else."""
    reasons = [piece.refused for piece in content.pieces]
    return reasons[0] if reasons and all(reasons) else None


def _check_sender(where: str, named: str | None, sender: str) -> None:
    """Refuse what names another sender than the token's."""
    if named is not None and named != sender:
        rule = "must be the organisation of your token"
        raise FhirRefused(codes.FORBIDDEN, where, rule=rule)


def _check_message(message: Message, headers: Headers, sender: str) -> tuple[str, ...]:
    """Refuse another sender's message; return what differs between it and its headers."""
    _check_sender("MessageHeader.sender", sender_of(message), sender)
    if headers.event is not None and headers.event != message.event:
        return (*headers.warnings, "use-context-differs")
    return headers.warnings


def _check_media_type(said: str) -> None:
    """Raise a 415 for anything but FHIR R4."""
    if Media.of(said) is None:
        raise Problem(415, "unknown-media-type", "Send application/fhir+json or +xml.")
    if not is_release(said):
        raise Problem(415, "unknown-media-type", "Send FHIR R4: fhirVersion=4.0.")
