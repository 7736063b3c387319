"""
The MESH mailbox as a door: what waits is judged, kept in one commit, acknowledged.

Nothing is acknowledged before its commit, so that a crash brings the same message again,
under the same id, and that has no second effect. What cannot be taken is kept with its
reason and acknowledged too: nothing stands in the way of what lies behind it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from schemas import topics
from schemas.errors import Refused
from services.health_gateway import metrics
from services.health_gateway.api.items import items_of
from services.health_gateway.api.scoping import is_outside, people
from services.health_gateway.clients import MOST, Letter, Mailbox, MailboxAway
from services.health_gateway.store import lease, settle_empty
from services.health_gateway.store.table_files import TableFiles
from services.health_gateway.translate import Heard, Submission, notice_travelling
from services.health_gateway.translate.notices import noticed
from services.health_gateway.translate.tables import Mesh, Notifier
from services.runtime import instants, log
from services.runtime.intake import messages
from services.runtime.intake.failing import or_refused
from services.runtime.intake.scope import UNREADABLE, Scope
from services.runtime.parts import Timer
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.step import Step

_UNKNOWN_SENDER: Final = "urn:nhs:mesh:unknown"
"""Stands for every mailbox that is not on our list."""
_VALIDATED_SECONDS: Final = 3600.0
_LONGEST_PAUSE: Final = 300.0


@dataclass(frozen=True, slots=True)
class Reading:
    """By what it is decided whether and how a message is read."""

    files: TableFiles
    scope: Scope
    mesh: Mesh


class Polling:
    """Empties one mailbox for as long as this process has the lease of it."""

    def __init__(
        self,
        service: Service,
        mailbox: Mailbox,
        reading: Reading,
        pause: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Empty *mailbox* into *service*, looking into it every *pause* seconds."""
        self._service = service
        self._mailbox = mailbox
        self._reading = reading
        self._scope = reading.scope
        self._pause = pause
        self._clock = clock
        self._not_before = 0.0
        self._failures = 0
        self._validated: float | None = None
        self.timer: Final = Timer(pause, self.poll)

    async def poll(self) -> None:
        """Take what waits, unless another process does, or MESH was away just now."""
        if self.is_pausing or not await self._leased():
            return
        try:
            await self._validate()
            while await self._take_all():
                pass
        except MailboxAway as away:
            self._wait(away)
        else:
            self._failures = 0
        finally:
            self._mailbox.close()

    @property
    def is_pausing(self) -> bool:
        """Whether MESH is left alone, having been away."""
        return self._clock() < self._not_before

    async def _leased(self) -> bool:
        """Return whether this process may empty the mailbox."""
        return await lease(
            self._service.pool, self._mailbox.name, self._service.instance
        )

    async def _validate(self) -> None:
        """Tell MESH now and then that the mailbox is in use."""
        now = self._clock()
        if self._validated is None or now - self._validated > _VALIDATED_SECONDS:
            await self._mailbox.validate()
            self._validated = now

    def _wait(self, away: MailboxAway) -> None:
        """Leave MESH alone, for longer each time."""
        self._failures += 1
        pause = min(self._pause * 2 ** min(self._failures, 16), _LONGEST_PAUSE)
        self._not_before = self._clock() + pause
        self._validated = None
        metrics.AWAY.labels(str(away.status or "none")).inc()
        log.get().warning("mailbox_away", status=away.status, wait_seconds=pause)

    async def _take_all(self) -> bool:
        """Take each message that is listed; return whether more may wait."""
        waiting = await self._mailbox.waiting()
        metrics.WAITING.set(len(waiting))
        taken = 0
        for own in waiting:
            if not await self._leased():
                return False
            letter = await self._letter(own)
            if letter is not None:
                metrics.LETTERS.labels(await self._take(letter)).inc()
                await self._mailbox.acknowledge(own)
                taken += 1
        return taken > 0 and len(waiting) >= MOST

    async def _letter(self, own: str) -> Letter | None:
        """Return a message; None for one that MESH itself cannot give just now."""
        most = self._service.settings.body_limit_bytes
        try:
            return await self._mailbox.letter(own, most)
        except MailboxAway as away:
            if away.is_everywhere:
                raise
            log.get().warning("message_not_given", status=away.status)
            return None

    async def _take(self, letter: Letter) -> str:
        """Keep what a message says, or why not; return what became of it."""
        sender = self._reading.mesh.senders.get(letter.sender, _UNKNOWN_SENDER)
        service = self._reading.mesh.workflows.get(letter.workflow)
        kept = _message(letter, sender, service)
        try:
            return await or_refused(lambda: self._taken(letter, kept, service))
        except Refused as refused:
            return await self._refuse(kept, refused)
        except Problem as problem:
            if problem.reason == "not-now":
                raise
            return await self._refuse(kept, _forbidden())

    async def _taken(
        self, letter: Letter, kept: messages.Message, service: Notifier | None
    ) -> str:
        """Judge a message and keep it, unless it is about nobody of ours."""
        content = self._judged(letter, kept, service)
        if await is_outside(self._scope, kept.sender, content):
            return "outside"
        return await self._keep(kept, content)

    def _judged(
        self, letter: Letter, kept: messages.Message, service: Notifier | None
    ) -> Submission:
        """Return what a message says; raises Refused."""
        _check_envelope(letter, known=letter.sender in self._reading.mesh.senders)
        self._scope.held(kept.sender)
        if service is None:
            rule = "the workflow is none of those that this mailbox takes"
            raise Refused("unknown-workflow", where="Mex-WorkflowID", rule=rule)
        heard = Heard(
            sender=kept.sender,
            at=kept.received,
            message=str(kept.ref),
            tables=self._reading.files.tables,
        )
        return noticed(kept.body, heard, service)

    async def _keep(self, kept: messages.Message, content: Submission) -> str:
        """Commit a message that can be used."""
        items = items_of(kept, content, self._service.settings.key)

        async def work(step: Step) -> str:
            """Keep it."""
            await self._scope.note(step, kept.sender, people(content))
            topic = topics.HEALTH_INBOUND
            done = await messages.accept(
                step, kept, items, topic=topic, answer=b"", at_once=True
            )
            if done.outcome == "accepted" and not items:
                await settle_empty(step.conn, kept.ref)
            return done.outcome

        return await self._service.doors.commit(work)

    async def _refuse(self, kept: messages.Message, refused: Refused) -> str:
        """Keep why a message was not taken, and its bytes where they may be kept."""
        message = kept
        try:
            if self._scope.held(kept.sender).narrow:
                await self._scope.count_one(kept.sender, UNREADABLE)
                return "unreadable"
        except Problem:
            message = replace(kept, body=b"")

        async def work(step: Step) -> UUID:
            """Keep it."""
            topic = topics.HEALTH_INBOUND
            ref, _ = await messages.refuse(step, message, refused, topic=topic)
            return ref

        ref = await self._service.doors.commit(work)
        log.get().warning(
            "message_refused", message_ref=str(ref), reason=refused.reason
        )
        return "refused"


def _message(letter: Letter, sender: str, service: Notifier | None) -> messages.Message:
    """Return what came as every door has it; its id is MESH's."""
    came = letter.content_type or "application/octet-stream"
    return messages.Message(
        gateway="health_gateway",
        sender=sender,
        request_id=letter.id,
        correlation_id=None,
        received_at=instants.now(),
        content_type=service.marked(came) if service else came,
        body=letter.body or b"",
        travels=notice_travelling,
    )


def _check_envelope(letter: Letter, *, known: bool) -> None:
    """Refuse what MESH says of a message before it is looked into."""
    if letter.is_report:
        rule = "MESH reports on a message that was sent from here"
        raise Refused("report", where="Mex-MessageType", rule=rule)
    if not known:
        rule = "the mailbox that it came from is none of those that are known"
        raise Refused("unknown-sender", where="Mex-From", rule=rule)
    if letter.body is None:
        rule = "it is larger than a body may be, or its compression is damaged"
        raise Refused("too-large", where="body", rule=rule)


def _forbidden() -> Refused:
    """Return the refusal of what no rule lets its sender tell us."""
    rule = "no rule says of which children this organisation may tell us"
    return Refused("not-permitted", where="Mex-From", rule=rule)
