"""One batch of records in one step: compared, told, kept, and what fails set aside."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from schemas import topics
from schemas.errors import Refused
from services.education_gateway.errors import EventRefused, not_live
from services.education_gateway.store import deliveries, failures
from services.education_gateway.store.belonging import whom
from services.education_gateway.translate import to_statement
from services.education_gateway.translate.files import census, rows
from services.education_gateway.translate.files.layout import Table as Layout
from services.education_gateway.translate.files.rows import Judged
from services.education_gateway.translate.files.survey import Survey
from services.education_gateway.translate.files.telling import (
    Speaker,
    events,
    leaver_record,
)
from services.runtime import refs
from services.runtime.intake import awaiting, messages
from services.runtime.snapshots import store
from services.runtime.snapshots.comparing import (
    Change,
    Compared,
    Kept,
    compared,
    removed,
)
from services.runtime.snapshots.store import Table
from services.runtime.step import Step

_REASON: Final = "row-failed"


@dataclass(slots=True)
class Batch:
    """What one step does with some records of a delivery."""

    step: Step
    job: deliveries.Job
    survey: Survey
    feed_id: int
    key: bytes
    """The secret of keyed hashes."""
    may_be_live: Callable[[Mapping[str, Any]], bool]
    """Whether a person's NHS number can be a real one."""
    items: list[messages.Item] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _failed: list[failures.Failed] = field(default_factory=list)
    _found: list[failures.Found] = field(default_factory=list)

    @property
    def _speaker(self) -> Speaker:
        """Who says it, and of which day."""
        return Speaker(self.job.sender, self.job.feed, self.survey.as_at)

    def layout(self, name: str) -> Layout:
        """Return what a table declares."""
        return self.survey.delivery.layout.table(name)

    async def take(self, file: int, judged: Sequence[Judged]) -> None:
        """Take in records of one file, in their order."""
        self.counts["rows"] += len(judged)
        for name in dict.fromkeys(said.raw.table for said in judged):
            of_table = [said for said in judged if said.raw.table == name]
            await self._take_table(file, self.layout(name), of_table)
        await self._set_aside(file, judged)
        if self.job.corrects:
            await self._correct(self.job.corrects, judged)

    async def _take_table(
        self, file: int, layout: Layout, judged: Sequence[Judged]
    ) -> None:
        """Compare records of one table with what is kept, and tell what differs."""
        await whom(self.step.conn, self.feed_id, self.survey, layout, judged)
        table = Table(self.feed_id, layout.name)
        good = [said for said in judged if said.row]
        kept = await store.load(self.step.conn, table, [said.own for said in good])
        written = []
        owns = [said.own for said in good if said.own not in kept]
        inferred = await self._inferred(layout, owns)
        for said in good:
            assert said.row is not None  # noqa: S101 - those without are left out
            found = compared(said.row, kept.get(said.own))
            if found.change is None:
                self.counts["others" if found.others else "unchanged"] += 1
            elif not self._tell(
                file, said, found.change, layout, inferred.get(said.own)
            ):
                continue
            if found.kept:
                written.append(_row(said.own, found))
        as_at = self.survey.as_at
        await store.save(self.step.conn, table, written, as_at)
        if self.survey.delivery.layout.whole:
            owns = [said.own for said in good]
            await store.said_again(self.step.conn, table, owns, as_at)

    def _tell(
        self,
        file: int,
        said: Judged,
        change: Change,
        layout: Layout,
        inferred: str | None,
    ) -> bool:
        """Make the events of a difference; set the row aside if one of them is refused."""
        place = deliveries.place_of(file, said.raw.row)
        try:
            self._say(place, change, layout, inferred)
        except EventRefused as refused:
            for where, rule in refused.faults:
                rows.broken_rule(said, where, rule)
            return False
        return True

    def _say(
        self, place: int, change: Change, layout: Layout, inferred: str | None = None
    ) -> None:
        """
        Add the events of a difference, all or none; raises EventRefused.

        What was *inferred* before, under a record of its own, is corrected by them.
        """
        told: list[messages.Item] = []
        versions = dict(change.said)
        for aspect, event in events(change, layout, self._speaker):
            if inferred:
                event |= {"id": inferred, "sourcerecord": inferred, "sourceversion": 2}
            stated = to_statement(event, sender=self.job.sender, place=place)
            if not self.may_be_live(stated.person):
                raise not_live()
            person = refs.person_ref(self.key, self.job.sender, stated.person)
            value = orjson.dumps(event)
            part = len(told)
            told.append(messages.Item(place, value, person, stated.type, part=part))
            versions[aspect] = stated.sourceversion
        change.said.update(versions)
        self.items += told
        self.counts[change.kind] += 1
        self.counts["events"] += len(told)

    async def remove(
        self, layout: Layout, kept: Mapping[str, Kept], silent: set[str], first: int
    ) -> None:
        """
        Tell that records are gone; their places come behind the last row of all.

        Of the *silent* nothing is told: they are forgotten.
        """
        table = Table(self.feed_id, layout.name)
        left = await self._left(layout, list(kept.values()))
        written = []
        for nth, (own, before) in enumerate(sorted(kept.items())):
            found = removed(own, before)
            assert found.change is not None  # noqa: S101 - it stood
            if own in silent:
                self.counts["forgotten"] += 1
            elif _subject(before.carried) not in left:
                self._say(first + nth, found.change, layout)
            else:
                self.counts["removed"] += 1
            written.append(_row(own, found))
        await store.save(self.step.conn, table, written, self.survey.as_at)

    async def _left(self, layout: Layout, gone: Sequence[Kept]) -> set[str]:
        """Return of whom the leavers' table says already that, and when, they left."""
        if layout.name != census.ON_ROLL:
            return set()
        entered = {_subject(k.carried): k.known.get("entrydate", "") for k in gone}
        table = Table(self.feed_id, census.GONE)
        told = await store.of_subjects(self.step.conn, table, entered)
        return {
            subject
            for subject, leavings in told.items()
            if any(one["leavingdate"] >= entered[subject] for one in leavings)
        }

    async def _inferred(self, layout: Layout, owns: Sequence[str]) -> dict[str, str]:
        """Return the records under which leavers were told for missing from the roll."""
        if layout.name != census.GONE:
            return {}
        pupils = {own: "/".join(own.split("/")[:2]) for own in owns}
        table = Table(self.feed_id, census.ON_ROLL)
        kept = await store.load(self.step.conn, table, list(pupils.values()))
        return {
            own: leaver_record(
                pupil, kept[pupil], self.layout(table.name), self.job.feed
            )
            for own, pupil in pupils.items()
            if pupil in kept and kept[pupil].gone and census.LEAVER in kept[pupil].said
        }

    async def _set_aside(self, file: int, judged: Sequence[Judged]) -> None:
        """Keep what failed, and everything that was found."""
        for said in judged:
            if said.failed:
                self._fail(file, said)
            self.counts["warnings"] += sum(one.warning for one in said.findings)
            self._found += [
                failures.Found(
                    file,
                    said.raw.row,
                    said.raw.table,
                    one.column,
                    one.rule,
                    one.remedy,
                    one.warning,
                    one.value,
                )
                for one in said.findings
            ]
        conn = self.step.conn
        await failures.note(conn, self.job.ref, self._failed, self._found)

    def _fail(self, file: int, said: Judged) -> None:
        """Set one row aside."""
        first = next(one for one in said.findings if not one.warning)
        cells = orjson.dumps(said.raw.values)
        value = orjson.dumps({"table": said.raw.table, "cells": said.raw.values})
        where = f"{said.raw.table}/{first.column}"
        refused = Refused(_REASON, where=where, rule=first.rule)
        place = deliveries.place_of(file, said.raw.row)
        self.items.append(messages.Item(place, value, refused=refused))
        self.counts["failed"] += 1
        self._failed.append(
            failures.Failed(file, said.raw.row, said.raw.table, said.own, cells)
        )

    async def _correct(self, of: Any, judged: Sequence[Judged]) -> None:  # noqa: ANN401
        """Note which rows of an earlier delivery came again and are good."""
        good = [said for said in judged if not said.failed]
        named = [said for said in good if said.raw.values.get("_row", "").isdigit()]
        places = [
            (int(said.raw.values.get("_file") or 0), int(said.raw.values["_row"]))
            for said in named
        ]
        keyed = [(said.raw.table, said.own) for said in good]
        await failures.corrected_at(self.step.conn, of, self.job.ref, places)
        await failures.corrected(self.step.conn, of, self.job.ref, keyed)

    async def send(self) -> None:
        """Send on what was told and what was set aside, in the order of the rows."""
        ordered = sorted(self.items, key=lambda item: (item.place, item.part))
        topic = topics.EDUCATION_INBOUND
        going = sum(item.refused is None for item in ordered)
        await awaiting.more(self.step.conn, self.job.ref, going)
        await messages.send_items(self.step, self.job.message(), ordered, topic)


def _row(own: str, found: Compared) -> tuple[str, str, Any]:
    """Return a record as the snapshot keeps it."""
    assert found.kept is not None  # noqa: S101 - the caller has looked
    kept = found.kept
    if found.change:
        kept = replace(kept, said=found.change.said)
    return own, _subject(kept.carried), kept


def _subject(carried: Mapping[str, Any]) -> str:
    """Return whom a record is about, by the feed's own id."""
    return str(carried.get("person", {}).get("local_id", ""))
