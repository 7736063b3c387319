"""What codes mean, as data: national, and each publisher's own."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.events.health import Code
from schemas.identifiers import Organisation
from services.health_gateway.rules import STRICT, Repair, Repairs
from services.health_gateway.translate.codings import Coding
from services.health_gateway.translate.decisions import DecisionTable, Strict, TypeName

READING: Final = 12
"""
Version of how resources are read, tables apart. It goes up with every change by which
something sent before would be said otherwise (`tests/golden/readings.json`).
"""
ADVICE: Final = "ehc-advice"
"""The meaning of a code by which a council asks a health body for advice."""


_MARK: Final = "; notice="


class Notifier(Enum):
    """A national service whose notices are taken."""

    MNS = "mns"
    NEMS = "nems"

    def marked(self, content_type: str) -> str:
        """Return a content type that says whose notice it is: MESH's own never does."""
        return f"{content_type}{_MARK}{self.value}"

    @classmethod
    def of(cls, content_type: str) -> "Notifier | None":
        """Return whose notice an original is marked as; None for any other."""
        _, marked, value = content_type.rpartition(_MARK)
        return cls(value) if marked and value in {one.value for one in cls} else None


class CodesOf(Strict):
    """What the codes of one code system mean."""

    system: str | None = None
    """The whole name of the code system."""
    system_has: str | None = None
    """Or what its name holds, in lower case: many profiles spell one list."""
    codes: Mapping[str, Code]

    @model_validator(mode="after")
    def _names_a_system(self) -> Self:
        """Refuse codes of no system: `01` means something else in each."""
        if (self.system is None) == (self.system_has is None):
            raise ValueError("give system or system_has")
        return self

    def means(self, coding: Coding) -> str | None:
        """Return what *coding* means here, None where it is none of these."""
        meant = self.codes.get(coding.code)
        if meant is None or self.system_has is None:
            return meant if coding.system == self.system else None
        return meant if self.system_has in coding.system.lower() else None


class Publisher(BaseModel):
    """What one publisher's own codes mean (`contracts/publishers/`)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    publisher: Organisation
    services: tuple[CodesOf, ...] = ()
    reasons: tuple[CodesOf, ...] = ()
    meanings: tuple[CodesOf, ...] = ()
    repairs: tuple[Repair, ...] = ()
    """What of its bodies is read otherwise than sent; nothing, for nearly everybody."""


class National(Strict):
    """What national codes mean (`contracts/standards/services.yaml`)."""

    services: tuple[CodesOf, ...]
    reasons: tuple[CodesOf, ...] = ()
    """Of why a referral is made: which service that asks, where nothing else says it."""
    meanings: tuple[CodesOf, ...] = ()


class Meant(Strict):
    """What an event type of a national service says happened."""

    type: TypeName = "health.unclassified.v1"
    changed: tuple[Code, ...] = ()
    """Names of what changed about who the patient is."""
    flags: bool = False
    """Whether the codes of the patient's flags say what it is."""


class Notices(Strict):
    """What the event types of MNS and NEMS mean (`contracts/standards/notices.yaml`)."""

    version: Annotated[str, Field(min_length=1)]
    events: Mapping[str, Meant]


class Mesh(Strict):
    """Whose messages a mailbox takes, and what they are (`contracts/standards/mesh.yaml`)."""

    senders: Mapping[str, Organisation]
    """By mailbox."""
    workflows: Mapping[str, Notifier]
    """By workflow id."""


_UNCLASSIFIED: Final = Meant()


class _Content(Strict):
    """All by which one publisher's messages are read."""

    national: National
    table: DecisionTable
    publisher: Publisher | None
    notices: Notices


class Tables:
    """All of it, looked up by sender and code."""

    def __init__(
        self,
        national: National,
        table: DecisionTable,
        publishers: Iterable[Publisher],
        notices: Notices,
    ) -> None:
        """Know national codes and notices, the decision table, publishers' own codes."""
        self.table: Final = table
        self.notices: Final = notices
        self.national: Final = national
        self._own: Final = {one.publisher: one for one in publishers}
        self._versions: Final[dict[str, str]] = {}

    @property
    def publishers(self) -> tuple[str, ...]:
        """Who has codes or repairs of its own."""
        return tuple(sorted(self._own))

    def version(self, sender: str) -> str:
        """Return the version of all by which a message of *sender* is read."""
        known = sender if sender in self._own else ""
        if known not in self._versions:
            digest = sha256(self.content(known).encode()).hexdigest()
            self._versions[known] = f"{READING}.{digest[:12]}"
        return self._versions[known]

    def content(self, sender: str) -> str:
        """Return what that version names, as JSON."""
        own = self._own.get(sender)
        said = _Content(
            national=self.national,
            table=self.table,
            publisher=own,
            notices=self.notices,
        )
        return said.model_dump_json()

    @classmethod
    def of(cls, content: str) -> Self:
        """Return the tables that *content* holds; raises ValidationError."""
        said = _Content.model_validate_json(content)
        own = [said.publisher] if said.publisher else []
        return cls(said.national, said.table, own, said.notices)

    def notice(self, kind: str) -> Meant:
        """Return what an event type, without its version, says happened."""
        return self.notices.events.get(kind, _UNCLASSIFIED)

    def repairs(self, sender: str, day: date) -> Repairs:
        """Return the repairs that were agreed with *sender* and stand on *day*."""
        own = self._own.get(sender)
        return Repairs.of(own.repairs, day) if own else STRICT

    def service(
        self, sender: str, found: Iterable[Coding]
    ) -> tuple[str, Coding] | None:
        """Return our name of the service that a code asks, with that code."""
        return self._first(sender, found, "services")

    def service_for(
        self, sender: str, reasons: Iterable[Coding]
    ) -> tuple[str, Coding] | None:
        """Return our name of the service that a referral for a reason asks, with that."""
        return self._first(sender, reasons, "reasons")

    def meaning(self, sender: str, found: Iterable[Coding]) -> str | None:
        """Return what a publisher's code says that a record is about."""
        known = self._first(sender, found, "meanings")
        return known[0] if known else None

    def _first(
        self,
        sender: str,
        found: Iterable[Coding],
        which: Literal["services", "reasons", "meanings"],
    ) -> tuple[str, Coding] | None:
        """Return the first code that is known, by the sender's own list if it has one."""
        own = self._own.get(sender)
        lists = (*(getattr(own, which) if own else ()), *getattr(self.national, which))
        return next(
            (
                (meant, coding)
                for coding in found
                for known in lists
                if (meant := known.means(coding))
            ),
            None,
        )
