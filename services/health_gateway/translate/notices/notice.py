"""What a national service's notice says, as it goes on from the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import orjson

NOTICE: Final = "notice"
"""The one member of what a door passes on of a notice."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The words of one notice that matter here. Holds identifiers: never log it."""

    service: str
    """`mns` or `nems`."""
    event: str
    """Its event type as the service names it: `pds-death-notification-2`."""
    own: str
    """Its own id."""
    resource_type: str
    """Of FHIR: what it is about, or points at."""
    sent: str
    """When the service says that it happened: an instant."""
    version: int
    """Orders the notices of one patient and event type, whichever came first."""
    change: str = "new"
    """`new`, `update` or `delete`."""
    about: str = ""
    """The sender's own id of the clinical record that it is about, if it has one."""
    person: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """As `schemas.events.person` has it; empty where no patient is named."""
    doubts: tuple[str, ...] = ()
    """Flags about the quality of what names the person."""
    restricted: bool | None = None
    died: str | None = None
    """When the patient died, as FHIR writes times."""
    death_removed: bool = False
    """Whether the national record takes the death back."""
    superseded: bool = False
    """Whether an NHS number is said to be no longer the patient's."""
    practice: str | None = None
    """The GP practice, `urn:ods:…`; empty where one is named that cannot be told."""
    registered: str | None = None
    """When the patient was registered there."""
    happened: str | None = None
    """When the clinical record says that it happened."""
    status: str | None = None
    """Of the clinical record."""
    flags: tuple[str, ...] = ()
    """Codes of the patient's flags that changed."""
    cleared: bool = False
    """Whether the flag is no longer active."""

    @property
    def kind(self) -> str:
        """The event type without its version."""
        name, _, number = self.event.rpartition("-")
        return name if name and number.isdigit() else self.event

    def as_json(self) -> bytes:
        """Return it as it travels on the inbound topic."""
        return orjson.dumps({NOTICE: self})

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Return the notice that `as_json` wrote."""
        lists = {k: tuple(v) for k, v in said.items() if isinstance(v, list)}
        return cls(**{**said, **lists})
