"""What a record means, before it is put into the words of an event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.health_gateway.translate.about import About
from services.health_gateway.translate.codings import as_code

Paths = tuple[tuple[str, ...], ...]

START: Final[Paths] = (("period", "start"),)
END: Final[Paths] = (("period", "end"),)
UNCLASSIFIED: Final = "health.unclassified.v1"
WITHDRAWN: Final = "event.withdrawn.v1"
BODIES: Final = {
    "referral.accepted.v1": "accepted_by",
    "referral.rejected.v1": "rejected_by",
    "referral.returned_with_advice.v1": "returned_by",
    "referral.info_requested.v1": "asked_of",
    "referral.discharged.v1": "discharged_by",
    "provision.started.v1": "provided_by",
    "provision.changed.v1": "provided_by",
    "provision.ended.v1": "provided_by",
    "referral.received.v1": "referred_to",
    "transfer.between_trusts.v1": "referred_to",
    "transition.to_adult_service.v1": "referred_to",
}
"""What the organisation that a record leads to is called in each type."""
DAYS: Final = {
    "waiting_list.added.v1": "added_on",
    "waiting_list.removed.v1": "removed_on",
    "appointment.attended.v1": "attended_on",
    "assessment.started.v1": "started_on",
    "assessment.completed.v1": "completed_on",
    "diagnosis.recorded.v1": "recorded_on",
    "diagnosis.ruled_out.v1": "ruled_out_on",
    "provision.started.v1": "started_on",
    "provision.changed.v1": "changed_on",
    "provision.ended.v1": "ended_on",
    "referral.discharged.v1": "discharged_on",
    "safeguarding.flag_raised.v1": "raised_on",
    "safeguarding.flag_cleared.v1": "cleared_on",
    "reasonable_adjustment.changed.v1": "changed_on",
    "nhs_number.changed.v1": "changed_on",
    "ehcna.advice_request_received.v1": "received_on",
    "ehcna.advice_received.v1": "received_on",
}
"""Where each type's data say the day."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a record says happened."""

    type: str
    """A name in the catalogue."""
    facet: str = ""
    """
    Added to the record's id: what is said of another side of the record supersedes
    nothing (`#outcome` of an appointment, beside its booking).
    """
    data: Mapping[str, Any] = field(default_factory=dict)
    """Members that this kind of record says in a way of its own."""
    record: str | None = None
    """Another record that this one speaks of in passing."""
    when: Paths = ()
    """Paths to when it happened, best first; none: those of the shape."""
    mark: str | None = None
    """What a later version of the record may change."""
    instead: "Meaning | None" = None
    """What it means where the version before had another mark."""
    only_after: str | None = None
    """The mark that the version before must have had."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a type of resource says what: names of its members."""

    decide: Callable[[About], tuple[Meaning, ...]]
    codes: tuple[str, ...] = ("code",)
    services: tuple[str, ...] = ()
    """Further members whose codes may name the service."""
    reasons: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    """Members that lead to the organisation which did it."""
    when: Paths = ()
    """Paths to when it happened, best first."""
    facets: tuple[str, ...] = ("", "#other")
    """Every facet that a record of this type can have, for its withdrawal."""


def one(
    type_name: str, facet: str = "", *, when: Paths = (), **data: str | None
) -> tuple[Meaning, ...]:
    """Return a single meaning."""
    return (Meaning(type_name, facet, data, when=when),)


def other(about: About) -> tuple[Meaning, ...]:
    """Return what is said of a record that no type of the catalogue says."""
    status = as_code(about.status or None)
    return one(UNCLASSIFIED, "#other", resource_type=about.kind, status=status)
