"""Kafka doors of identity: each event finds its child before it goes on."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from schemas import topics
from schemas.errors import Refused
from services.identity_linking import rules, store, translate
from services.identity_linking.handlers import raising
from services.identity_linking.handlers.batch import Batch
from services.identity_linking.translate import Told, told_of
from services.runtime import instants, refs
from services.runtime.envelope import Outgoing, Record, headers_of
from services.runtime.reader import Reader
from services.runtime.step import Step


class Linking:
    """The handler of `events.translated`."""

    def __init__(self, key: bytes) -> None:
        """Make references under *key*."""
        self._key = key

    def reader(self) -> Reader:
        """Return what identity reads."""
        return Reader("identity-linking", (topics.EVENTS_TRANSLATED,), self.handle)

    async def handle(self, step: Step, records: list[Record]) -> None:
        """Link each event's person, then send the event on under its child."""
        epoch, knownat = await store.lock(step.conn, step.now)
        told = self._opened(step, records)
        saying = [one for one in told if one.says_something]
        said = {self._digest(one): one for one in reversed(saying)}
        claims = {translate.claim(one.record.attributes) for one in told}
        known, noted = await store.known(step.conn, claims, list(said))
        fresh = {pair: one for pair, one in said.items() if pair not in noted}
        children = {one.child_ref for one in told if one.child_ref}
        pairs = {(name, one.ref) for one in told for name in self._names(one)}
        names = await store.new_names(step.conn, pairs)
        said_of = {ref for one in told for ref in (one.ref, one.moved_to) if ref}
        registry = await store.load(
            step.conn,
            sorted(said_of | {name for name, _ in names}),
            [one.said for one in fresh.values()],
            [
                c
                for c in [await store.current_child(step.conn, x) for x in children]
                if c
            ],
        )
        for name, ref in names:
            registry.called.get(name, set()).discard(ref)
        batch = Batch(registry, epoch, knownat, instants.text(knownat), known)
        called = {ref for _, ref in names}
        for one in told:
            new = self._digest(one) in fresh or one.ref in called
            await self._send_on(step, batch, one, new=new)
        await self._save(step, batch, list(fresh.values()))

    def _opened(self, step: Step, records: list[Record]) -> list[Told]:
        """Return the events that can be read; refuse the others."""
        opened = []
        for record in records:
            try:
                opened.append(told_of(record))
            except Refused as refused:
                step.refuse(record, refused)
        return opened

    def _names(self, one: Told) -> list[str]:
        """Return whom its sender would mean by the other ids of the person."""
        names = (
            refs.person_ref(self._key, one.sender, {"local_id": other})
            for other in one.other_ids
        )
        return [name for name in names if name != one.ref]

    def _digest(self, one: Told) -> tuple[str, str]:
        """Return what tells a statement that has been noted from a new one."""
        said = one.said
        words = (
            said.nhs_number,
            said.upn,
            said.born,
            said.family_name,
            said.given_name,
        )
        texts = [word or "" for word in (*words, *one.kind, one.child_ref)]
        texts += said.former
        return one.ref, refs.keyed(self._key, "stated", *texts)

    async def _send_on(self, step: Step, batch: Batch, one: Told, *, new: bool) -> None:
        """Decide about one event's person if it says something new, and publish it."""
        try:
            if new or one.child_ref or one.ref not in batch.registry.persons:
                await self._decide(step, batch, one)
        except Refused as refused:
            step.refuse(one.record, refused)
            batch.refused.add(self._digest(one))
            return
        person = batch.registry.persons[one.ref]
        child, home = person.child, person.home
        assert child and home  # noqa: S101, PT018 - decided above or before
        said = translate.linked_attributes(
            one.record.attributes, child_ref=child, knownat=batch.stamp
        )
        repeated = _claimed(batch, one, child)
        if repeated:
            self._refuse(step, one, said, repeated, home)
            return
        batch.sent.append(one)
        step.publish(_linked(said, one.data, home))

    def _refuse(
        self,
        step: Step,
        one: Told,
        said: Mapping[str, str | int | None],
        refused: Refused,
        home: str,
    ) -> None:
        """Refuse what another event has said; of other content, leave a mark."""
        step.refuse(one.record, refused)
        if refused.reason == "conflict":
            own = refs.made_id("unread", str(said["id"]), str(one.record.attempt))
            step.publish(_linked(translate.unread_attributes(said, own), {}, home))

    async def _decide(self, step: Step, batch: Batch, one: Told) -> None:
        """Note what the event says of its person and act on what the rules choose."""
        registry = batch.registry
        named = await _named_child(step, batch, one) if one.child_ref else None
        registry.add(one.ref, one.sender, None)
        registry.note(one.ref, one.said)
        for name in self._names(one):
            registry.call(name, one.ref)
        choice = rules.choose(registry, one.ref, named)
        self._act(step, batch, one, choice)
        for follower in rules.bare_followers(registry, one.ref):
            following = rules.choose(registry, follower)
            if following.reason == "joined":
                self._move(step, batch, following, {})

    def _act(self, step: Step, batch: Batch, one: Told, choice: rules.Choice) -> None:
        """Found, link or join, and publish the decision."""
        batch.reviews |= {(one.ref, child, why) for child, why in choice.doubts}
        found_by = {one.ref: self._lookups(one)}
        if choice.reason == "joined":
            self._move(step, batch, choice, found_by)
        own = batch.registry.persons[one.ref].child
        if choice.reason == "founded":
            child = refs.child_ref(self._key, one.ref, batch.epoch + 1)
            batch.founded.append((child, batch.epoch + 1))
            batch.registry.founded[child] = batch.epoch + 1
        else:
            child = choice.children[0]
        if own != child or (choice.reason == "kept" and found_by[one.ref]):
            self._publish(step, batch, [one.ref], child, choice, found_by)

    def _move(
        self,
        step: Step,
        batch: Batch,
        choice: rules.Choice,
        found_by: Mapping[str, list[list[str]]],
    ) -> None:
        """Make all the children chosen one: the first stays, its persons grow."""
        stays, *leave = choice.children
        members = batch.registry.members
        moved = sorted(person for child in leave for person in members[child])
        batch.joined += [(child, stays) for child in leave]
        self._publish(step, batch, moved, stays, choice, found_by, joined=tuple(leave))

    def _publish(  # noqa: PLR0913 - what a decision is made of
        self,
        step: Step,
        batch: Batch,
        persons: Sequence[str],
        child: str,
        choice: rules.Choice,
        found_by: Mapping[str, list[list[str]]],
        *,
        joined: tuple[str, ...] = (),
    ) -> None:
        """Keep a decision and publish it as `person.linked`."""
        batch.epoch += 1
        for person in persons:
            batch.registry.place(person, child)
        decided = translate.Decided(
            batch.epoch, child, tuple(persons), choice.reason, choice.evidence, joined
        )
        batch.decided.append(decided)
        step.publish(translate.linked_record(decided, batch.knownat, found_by))

    def _lookups(self, one: Told) -> list[list[str]]:
        """Return the hashes by which a search finds this person."""
        if not one.said.born:
            return []
        hashes = {
            number: refs.lookup(self._key, scheme, number, one.said.born)
            for scheme, number in one.said.numbers
        }
        return translate.lookups(one.said, hashes, *one.kind)

    async def _save(self, step: Step, batch: Batch, fresh: Sequence[Told]) -> None:
        """Write what the batch has changed."""
        moved = {person for one in batch.decided for person in one.persons}
        people = batch.registry.persons
        epochs = {person: d.epoch for d in batch.decided for person in d.persons}
        places = [
            (ref, people[ref].sender, child, epochs[ref], home)
            for ref in sorted(moved)
            if (child := people[ref].child) and (home := people[ref].home)
        ]
        await store.save_places(step.conn, places, batch.founded, batch.joined)
        said = [one for one in fresh if self._digest(one) not in batch.refused]
        await store.save_said(step.conn, [self._row(one) for one in said])
        rows = [
            translate.kept(one.record.attributes, one.data, self._digest(one)[1])
            for one in batch.sent
        ]
        await store.save_events(step.conn, rows)
        if batch.decided:
            at, by = batch.knownat, "rule"
            await store.save_decisions(step.conn, batch.decided, at=at, by=by)
            await store.save_epoch(step.conn, batch.epoch)
        batch.reviews |= raising.moves(batch.registry, batch.sent)
        batch.reviews |= await raising.taken_back(step, batch.sent)
        batch.reviews |= await raising.corrected(step, batch.sent)
        if batch.reviews:
            await store.save_reviews(step.conn, batch.reviews)

    def _row(self, one: Told) -> tuple[Any, ...]:
        """Return one statement as it is kept."""
        said = one.said
        words = (
            said.nhs_number,
            said.upn,
            said.born,
            said.family_name,
            said.given_name,
        )
        return (*self._digest(one), *one.kind, *words, " ".join(said.former))


def _linked(
    said: Mapping[str, str | int | None], data: Mapping[str, Any], home: str
) -> Outgoing:
    """
    Return the record on events.linked.

    It lies where all events of its person lie: of two lanes, a reader that is behind
    could read the later one first.
    """
    where, value = topics.EVENTS_LINKED.name, orjson.dumps(dict(data))
    return Outgoing(where, home.encode(), headers_of(dict(said)), value)


def _claimed(batch: Batch, one: Told, child: str) -> Refused | None:
    """
    Return why *one* has no effect: its record and version were stated by another event.

    The gateways see to their own; this is for a sender that uses both (design §2).
    """
    said = one.record.attributes
    claim, content = translate.claim(said), translate.content(said, one.data)
    first = batch.known.setdefault(claim, store.Known(said["id"], content, child))
    if first.event_id == said["id"]:
        return None
    if first.digest == content and batch.today(first.child) == child:
        rule = "this record and version came before, by another door"
        return Refused("duplicate", where="sourceversion", rule=rule)
    rule = "the same record and version came by another door with other content"
    return Refused("conflict", where="sourceversion", rule=rule)


async def _named_child(step: Step, batch: Batch, one: Told) -> str:
    """Return the child that the sender named by our reference, if it may."""
    child = await store.current_child(step.conn, one.child_ref or "")
    events = await store.events_of(step.conn, child) if child else []
    if child is None or not translate.names(one.sender, events):
        rule = "names no child that an event of names you for"
        raise Refused("not-found", where="/data/person/child_ref", rule=rule)
    epoch = await store.founded_at(step.conn, child)
    batch.registry.founded.setdefault(child, epoch)
    return batch.today(child)
