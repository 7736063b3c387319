"""Entries of a timeline in words: facts, late marks, what replaced or answered them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.runtime.pages import words
from services.runtime.pages.facts import facts

Json = Mapping[str, Any]

STRUCK: Final = {
    "superseded": "Superseded",
    "withdrawn": "Withdrawn",
    "erased": "Erased",
}
"""States of an entry that no longer counts, and the word shown with it."""

_ANSWERS: Final = {
    "ehcna.decided.v1": "ehcna.requested.v1",
    "ehcna.advice_request_received.v1": "ehcna.advice_requested.v1",
    "ehcna.advice_received.v1": "ehcna.advice_requested.v1",
    "ehcna.advice_exception.v1": "ehcna.advice_requested.v1",
    "ehcna.not_known.v1": "ehcna.advice_requested.v1",
    "ehcna.withdrawn.v1": "ehcna.requested.v1",
    "ehcna.exported.v1": "ehcna.requested.v1",
    "ehcp.not_issued.v1": "ehcna.requested.v1",
    "ehcp.school_responded.v1": "ehcp.school_consulted.v1",
    "annual_review.decided.v1": "annual_review.held.v1",
    "referral.accepted.v1": "referral.received.v1",
    "assessment.completed.v1": "referral.received.v1",
}
"""Which type answers which, where both carry one correlation id."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another entry of the page."""

    id: str
    title: str
    when: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry in words."""

    id: str
    title: str
    source: str
    occurred: str
    """As the sender said it; the machine-readable half."""
    when: str
    heard: str
    """The instant at which the door received it."""
    late: str | None
    struck: str | None
    replaced_by: str | None
    """Id of the entry on this page that took its place."""
    replaces: str | None
    sensitivity: str | None
    facts: tuple[tuple[str, str], ...]
    answers: Link | None
    answered_by: tuple[Link, ...]


def late_in_words(entry: Json) -> str | None:
    """Return how long after it happened *entry* was heard of, if it was late."""
    if not entry.get("late"):
        return None
    after = words.london(entry["time"]) - words.london(entry["occurred"])
    return f"Heard {words.days(after.days)} after it happened"


def _when(entry: Json) -> str:
    """Return when *entry* happened, with the precision that its sender gave."""
    said = words.moment(entry["occurred"])
    return f"By {said}" if entry.get("occurredprecision") == "by" else said


def _agree(answer: Json, asked: Json) -> bool:
    """Return whether *answer* can be about *asked*: its body and its kind of advice."""
    given, wanted = answer["data"], asked["data"]
    bodies = {given.get("body"), answer["source"]}
    if wanted.get("body") and wanted["body"] not in bodies:
        return False
    if wanted.get("school") and wanted["school"] not in _schools(answer):
        return False
    kinds = {given.get("advice"), wanted.get("advice")} - {None}
    return len(kinds) <= 1


def _schools(answer: Json) -> frozenset[str]:
    """Return the schools that *answer* can be of; a council's is of every school."""
    named = answer["data"].get("school")
    return frozenset({named} if named else {answer["source"]})


def pairs(entries: Sequence[Json]) -> dict[str, Json]:
    """Return, by the id of each entry that answers another, the one it answers."""
    current = [entry for entry in entries if entry["state"] not in STRUCK]
    asked: dict[tuple[str, str], list[Json]] = {}
    for entry in current:
        asked.setdefault((entry["type"], entry["correlationid"]), []).append(entry)
    found: dict[str, Json] = {}
    for entry in current:
        key = (_ANSWERS.get(entry["type"], ""), entry["correlationid"])
        fits = [one for one in asked.get(key, ()) if _agree(entry, one)]
        if fits:
            found[entry["id"]] = fits[-1]
    return found


class EntryWords:
    """The words of all entries of one page, which refer to each other."""

    def __init__(
        self,
        entries: Sequence[Json],
        titles: Mapping[str, str],
        names: Mapping[str, str],
    ) -> None:
        """Find once which entry answers, replaces or is answered by which."""
        self._titles = titles
        self._names = names
        self._entries = entries
        self._shown = frozenset(entry["id"] for entry in entries)
        self._asked = pairs(entries)
        self._answers: dict[str, list[Json]] = {}
        for entry in entries:
            if entry["id"] in self._asked:
                asked = self._asked[entry["id"]]["id"]
                self._answers.setdefault(asked, []).append(entry)

    def rows(self) -> list[EntryRow]:
        """Return every entry in words, in the order in which they came."""
        return [self._row(entry) for entry in self._entries]

    def _title(self, entry: Json) -> str:
        """Return what *entry* is called in plain words."""
        return self._titles.get(entry["type"], words.plain(entry["type"]))

    def _link(self, entry: Json) -> Link:
        """Return a way to *entry*."""
        return Link(entry["id"], self._title(entry), _when(entry))

    def _on_page(self, other: object) -> str | None:
        """Return *other* if it is the id of an entry of this page."""
        return str(other) if other in self._shown else None

    def _row(self, entry: Json) -> EntryRow:
        """Return *entry* in words."""
        asked = self._asked.get(entry["id"])
        sensitivity = entry.get("sensitivity") or "normal"
        return EntryRow(
            id=entry["id"],
            title=self._title(entry),
            source=words.organisation(entry["source"], self._names),
            occurred=entry["occurred"],
            when=_when(entry),
            heard=entry["time"],
            late=late_in_words(entry),
            struck=STRUCK.get(entry["state"]),
            replaced_by=self._on_page(entry.get("supersededby")),
            replaces=self._on_page(entry.get("supersedes")),
            sensitivity=None if sensitivity == "normal" else words.plain(sensitivity),
            facts=facts(entry, self._names),
            answers=self._link(asked) if asked else None,
            answered_by=tuple(
                self._link(other) for other in self._answers.get(entry["id"], ())
            ),
        )
