"""
The kinds of file that can be tried, told apart by their content.

A kind says which files it knows and what would become of one. Another kind of file is
one more class in `KINDS`; the first that knows a file judges it.
"""

from functools import cached_property
from pathlib import Path
from typing import Final

from deploy.validation.education import Events, Feeds
from deploy.validation.given import Given, Kind, Line
from services.health_gateway.rules import Media
from services.health_gateway.store.tables import tables
from services.health_gateway.translate import Heard, Tables, tried, tried_notice
from services.health_gateway.translate.notices import service_of
from services.runtime.settings import CONTRACTS

_XML: Final = b"<"
_MARK: Final = b"\xef\xbb\xbf"
_NOBODY: Final = ""


class Fhir:
    """FHIR R4 as JSON or XML; what nobody else knows is judged as FHIR."""

    suffixes = frozenset({".json", ".xml"})

    def knows(self, given: Given) -> bool:
        """Return True: its refusal says what is missing to be FHIR."""
        del given
        return True

    def judged(self, given: Given) -> Line:
        """Return what the health gateway would make of it."""
        text = given.body.removeprefix(_MARK).lstrip()
        heard = self._heard(given)
        return tried(
            given.body,
            heard,
            media=Media.XML if text.startswith(_XML) else Media.JSON,
            repairs=self._tables.repairs(heard.sender, given.day),
        ).as_json()

    def _heard(self, given: Given) -> Heard:
        """Return how a file is heard: on its day, from nobody unless it is said."""
        sender = given.sender or _NOBODY
        return Heard(sender, f"{given.day}T12:00:00Z", "", self._tables)

    @cached_property
    def _tables(self) -> Tables:
        """The codes and repairs of this installation."""
        return tables(CONTRACTS)


class Notice(Fhir):
    """Notices of MNS (CloudEvents, history Bundles) and of NEMS (STU3 as XML)."""

    def knows(self, given: Given) -> bool:
        """Return whether it looks like one, good or not."""
        return service_of(given.body) is not None

    def judged(self, given: Given) -> Line:
        """Return what the health gateway would make of it in a mailbox."""
        heard = self._heard(given)
        service = service_of(given.body)
        assert service is not None  # noqa: S101 - it is known
        return tried_notice(given.body, heard, service).as_json()


KINDS: Final[tuple[Kind, ...]] = (Notice(), Events(), Feeds(), Fhir())


def judged(given: Given) -> Line:
    """Return what would become of a file, by the first kind that knows it."""
    return next(kind for kind in KINDS if kind.knows(given)).judged(given)


def looked_for(path: Path) -> bool:
    """Return whether a file of a folder is one that may be sent."""
    return any(path.suffix.lower() in kind.suffixes for kind in KINDS)
