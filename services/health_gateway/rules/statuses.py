"""
Codes of required value sets that decide what a message means.

fhir.resources does not enforce bindings. Source: FHIR R4 (4.0.1), the required
bindings of `status`, and of `Bundle.type`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from services.health_gateway.codes import BAD_VALUE, MISSING
from services.health_gateway.errors import FhirRefused, Issue
from services.health_gateway.rules.elements import TYPE


class _Coded(NamedTuple):
    """A member that holds one of a few codes."""

    member: str
    codes: frozenset[str]


def _status(codes: str, member: str = "status") -> _Coded:
    """Return the codes that *codes* lists, apart by spaces."""
    return _Coded(member, frozenset(codes.split()))


_EVENT: Final = _status(
    "preparation in-progress not-done on-hold stopped completed entered-in-error unknown"
)
_REQUEST: Final = _status(
    "draft active on-hold revoked completed entered-in-error unknown"
)
_CODES: Final[Mapping[str, _Coded]] = {
    "Appointment": _status(
        "proposed pending booked arrived fulfilled cancelled noshow entered-in-error "
        "checked-in waitlist"
    ),
    "Bundle": _status(
        "document message transaction transaction-response batch batch-response "
        "history searchset collection",
        "type",
    ),
    "CarePlan": _REQUEST,
    "Communication": _EVENT,
    "DiagnosticReport": _status(
        "registered partial preliminary final amended corrected appended cancelled "
        "entered-in-error unknown"
    ),
    "DocumentReference": _status("current superseded entered-in-error"),
    "Encounter": _status(
        "planned arrived triaged in-progress onleave finished cancelled "
        "entered-in-error unknown"
    ),
    "EpisodeOfCare": _status(
        "planned waitlist active onhold finished cancelled entered-in-error"
    ),
    "Flag": _status("active inactive entered-in-error"),
    "Procedure": _EVENT,
    "QuestionnaireResponse": _status(
        "in-progress completed amended entered-in-error stopped"
    ),
    "ServiceRequest": _REQUEST,
    "Task": _status(
        "draft requested received accepted rejected ready cancelled in-progress on-hold "
        "failed completed entered-in-error"
    ),
}
"""What says what a resource of a type stands for."""


def check_statuses(resource: Mapping[str, Any]) -> None:
    """Refuse a status that R4 does not have, in *resource* or a Bundle's resources."""
    wrong = tuple(_wrong(resource, str(resource[TYPE])))
    if wrong:
        raise FhirRefused.of(wrong)


def _wrong(resource: Mapping[str, Any], path: str) -> Iterator[Issue]:
    """Yield an issue for each status that is absent or not one of its codes."""
    kind = resource[TYPE]
    coded = _CODES.get(kind)
    value = resource.get(coded.member) if coded else None
    if coded and value not in coded.codes:
        where = f"{path}.{coded.member}"
        if value is None:
            yield Issue.error(MISSING, where, rule="This is required")
        else:
            rule = f"This must be one of {', '.join(sorted(coded.codes))}"
            yield Issue.error(BAD_VALUE, where, rule=rule)
    if kind == "Bundle":
        for place, entry in enumerate(resource.get("entry") or ()):
            if inner := entry.get("resource"):
                yield from _wrong(inner, f"{path}.entry[{place}].resource")
