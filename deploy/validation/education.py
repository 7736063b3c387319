"""Files of the education side: events as JSON, and what feeds send."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import orjson

from deploy.validation.given import Given, Line
from deploy.validation.outcomes import Severity, issue, outcome
from schemas.errors import Refused
from schemas.events import CATALOGUE
from services.education_gateway.api.events import parsed
from services.education_gateway.api.validating import tried as tried_events
from services.education_gateway.settings import Settings
from services.education_gateway.store.mappings import Mappings
from services.education_gateway.store.unpacking import unzipped
from services.education_gateway.translate.files import opening, sen2
from services.education_gateway.translate.files.layout import BrokenFileError, Finding
from services.education_gateway.translate.files.opening import Part
from services.education_gateway.translate.files.recognising import TABLES
from services.education_gateway.translate.files.speaking import not_to_come
from services.education_gateway.translate.files.trying import Tried, tried
from services.runtime.agreements import Rules, read
from services.runtime.settings import CONTRACTS

_XML: Final = re.compile(rb"<\s*(\w+:)?(ctfile|message)\b", re.IGNORECASE)
_JSON: Final = re.compile(rb"(\xef\xbb\xbf)?\s*[\[{]")
_HEAD: Final = 4096
_HEADERS: Final = {sen2.KIND: (sen2.HEADER,)}
"""Files of a return that hold no record, by kind."""
_NOBODY: Final = "urn:dfe:la:000"
"""As whose a file is judged when nobody is named: nothing in it depends on that."""
_KEY: Final = b"only tells persons of one file apart"


class Events:
    """Structured CloudEvents of the catalogue, one or an array."""

    suffixes = frozenset({".json"})

    def knows(self, given: Given) -> bool:
        """Return whether a file is JSON that looks like events and not like FHIR."""
        first = _first(given.body)
        return first is not None and "resourceType" not in first and "type" in first

    def judged(self, given: Given) -> Line:
        """Return what the events door would answer, and what would start."""
        try:
            events = parsed(given.body, most=Settings().most_events)
        except Refused as refused:
            return _refused([issue("error", refused.where, refused.rule)])
        first = _first(given.body) or {}
        sender = given.sender or str(first.get("source", _NOBODY))
        rules = self._rules.clocks
        items = tried_events(events, sender, rules, key=_KEY, today=given.day)
        return _line_of(items, events)

    @cached_property
    def _rules(self) -> Rules:
        """The clocks of this installation."""
        return read(CONTRACTS)


class Feeds:
    """SEN2, school census, CTF, children in need, crosswalks, and mapped case systems."""

    suffixes = frozenset({".csv", ".tsv", ".xlsx", ".zip", ".xml"})

    def knows(self, given: Given) -> bool:
        """Return whether it is a table, an archive, a return, or nothing that has a form."""
        form = opening.form_of(given.body[:_HEAD])
        if form == "xml":
            return bool(_XML.search(given.body[:_HEAD].replace(b"\0", b"")))
        suffix = given.path.suffix.lower()
        formless = suffix != ".json" and not _JSON.match(given.body)
        return form == "zip" or suffix in {".csv", ".tsv"} or formless

    def judged(self, given: Given) -> Line:
        """Return what the files door would make of it, were it the first of its feed."""
        sender, feed = given.sender or _NOBODY, given.path.absolute().parent.name
        mapping = self._mappings.of(sender, feed)
        with ExitStack() as held:
            try:
                parts = list(_parts(given, held))
                only = 0 if parts[0].name == given.path.name else None
                delivery = opening.delivery(parts, mapping)
                not_to_come(delivery, None, given.day)
                found = tried(
                    delivery, sender=sender, feed=feed, as_at=given.day, only=only
                )
            except BrokenFileError as broken:
                rule = f"{broken.rule}. {broken.remedy}"
                return _refused([issue("error", broken.where, rule)])
        return _line(found)

    @cached_property
    def _mappings(self) -> Mappings:
        """The mappings of this installation."""
        return Mappings(CONTRACTS)


def _first(body: bytes) -> Mapping[str, Any] | None:
    """Return the first object of a JSON text, if there is one."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    first = said[0] if isinstance(said, list) and said else said
    return first if isinstance(first, dict) else None


def _parts(given: Given, held: ExitStack) -> Iterator[Part]:
    """Yield a file, or what an archive holds, then the other tables of its return."""
    own = unzipped(Part(given.path.name, BytesIO(given.body)), held)
    yield from own
    if own[0].name == given.path.name and given.path.suffix.lower() in {".csv", ".tsv"}:
        for path in _beside(given.path):
            yield Part(path.name, held.enter_context(path.open("rb")))


def _beside(path: Path) -> list[Path]:
    """Return the tables beside one, which differ from it in the table's name alone."""
    stem = path.stem.lower()
    for tables in (
        {*layout.tables, *_HEADERS.get(layout.kind, ())} for layout in TABLES
    ):
        own = max((t for t in tables if stem.endswith(t)), key=len, default=None)
        if own:
            start = path.stem[: -len(own)]
            wanted = {(start + name + path.suffix).lower() for name in tables - {own}}
            there = path.absolute().parent.iterdir()
            return sorted(one for one in there if one.name.lower() in wanted)
    return []


def _line(found: Tried) -> Line:
    """Return the line of a file of a feed."""
    warnings = sum(one.warning for _, one in found.findings)
    return {
        "verdict": "accepted",
        "outcome": outcome(_issues(found.findings)),
        "events": [one.shown() for one in found.events],
        "repairs": [],
        "warnings": [f"{warnings} cells are doubtful"] if warnings else [],
        "kind": found.kind,
        "rows": found.rows,
        "failed": found.failed,
    }


def _issues(findings: Iterable[tuple[int, Finding]]) -> Iterator[dict[str, Any]]:
    """Yield what is wrong or doubtful, by row and column."""
    for row, one in findings:
        where = ", ".join(filter(None, (f"row {row}" if row else "", one.column)))
        severity: Severity = "warning" if one.warning else "error"
        yield issue(severity, where, f"{one.rule}. {one.remedy}")


def _line_of(items: Sequence[Mapping[str, Any]], events: Sequence[Any]) -> Line:
    """Return the line of a file of events."""
    good = [place for place, item in enumerate(items) if item["status"] == "accepted"]
    warned = {one["rule"]: None for item in items for one in item["warnings"]}
    return {
        "verdict": "accepted" if good else "refused",
        "outcome": outcome(_faults(items)),
        "events": [_event(events[place]) for place in good],
        "repairs": [],
        "warnings": list(warned),
        "clocks": [clock for item in items for clock in item["clocks"]],
        "rows": len(items),
        "failed": len(items) - len(good),
    }


def _faults(items: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what is wrong or doubtful, by place and pointer."""
    for item in items:
        problem = item["problem"] or {}
        for one in problem.get("errors", ()):
            yield issue("error", f"/{item['place']}{one['where']}", one["rule"])
        for one in item["warnings"]:
            yield issue("warning", f"/{item['place']}{one['where']}", one["rule"])


def _event(event: Mapping[str, Any]) -> dict[str, str]:
    """Return an event that would be published."""
    category = CATALOGUE[event["type"]].category
    return {"type": event["type"], "occurred": event["occurred"], "category": category}


def _refused(issues: list[dict[str, Any]]) -> Line:
    """Return the line of what would be refused whole."""
    nothing: list[Any] = []
    said = {"events": nothing, "repairs": nothing, "warnings": nothing}
    return {"verdict": "refused", "outcome": outcome(issues), **said}
