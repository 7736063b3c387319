"""What the national record says has changed about who a child is, and where."""

from schemas.days import Day
from schemas.events.health import Code
from schemas.events.person import EventData
from schemas.identifiers import Organisation


class DemographicsChanged(EventData):
    """The patient's particulars changed; `person` says what they are now."""

    changed: tuple[Code, ...] = ()
    """Names of what changed: `name`, `address` and the like. Never the values."""


class GpChanged(EventData):
    """The child is registered with another GP practice."""

    practice: Organisation | None = None
    """The practice from now on."""
    registered_on: Day | None = None


class NhsNumberChanged(EventData):
    """The child has another NHS number; `person` says which it is now."""

    changed_on: Day | None = None


class PersonRestricted(EventData):
    """
    The child's record is restricted, or no longer: where the child is must not be shown.

    Source: PDS, `Patient.meta.security` R or V. Holds for all that is known of the child.
    """

    restricted: bool


class PersonDied(EventData):
    """The child has died. Nobody is reminded of anything about the child again."""

    died_on: Day | None = None
