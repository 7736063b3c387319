"""A notice to statements, by the table of what each event type means."""

from typing import Any, Final

from pydantic import ValidationError

from schemas.events import CATALOGUE
from schemas.statement import Statement
from services.health_gateway.codes import (
    BAD_VALUE,
    NO_CONCERN,
    SAFEGUARDING,
)
from services.health_gateway.errors import FhirRefused
from services.health_gateway.translate.about import Heard
from services.health_gateway.translate.codings import as_code
from services.health_gateway.translate.notices.notice import Notice
from services.health_gateway.translate.people import LEFT_OUT
from services.health_gateway.translate.resources.meaning import UNCLASSIFIED, WITHDRAWN
from services.health_gateway.translate.tables import Meant
from services.health_gateway.translate.times import Occurred, first

DIED: Final = "person.died.v1"
_CHANGED: Final = "demographics.changed.v1"
_NUMBER: Final = "nhs_number.changed.v1"
_PRACTICE: Final = "gp.changed.v1"
_ADJUSTMENT: Final = "reasonable_adjustment.changed.v1"
_ADJUSTS: Final = frozenset({"NRAF", "RA"})
"""The national reasonable adjustment flag, and BaRS's category of it."""
_OF_THE_RECORD: Final = frozenset({DIED, _CHANGED, _NUMBER, _PRACTICE})
_DEATH_STATUS: Final = "death-notification-status"


def statements(notice: Notice, heard: Heard) -> tuple[Statement, ...]:
    """Return what a notice says happened; nothing where it names no patient."""
    if not notice.person:
        return ()
    meant = heard.tables.notice(notice.kind)
    type_name = _type(notice, meant)
    happened = _happened(notice, type_name, heard)
    data, left_out = _data(notice, type_name, meant, happened)
    record = _record(notice, type_name)
    if type_name == WITHDRAWN:
        named = {"sourcerecord": record, "upto": notice.version}
        data = {"withdraws": named, "reason": "entered-in-error"}
        record += "#withdrawn"
    _check(type_name, notice, data)
    flags = {*notice.doubts, *((LEFT_OUT,) if left_out else ())}
    return (
        Statement(
            place=0,
            type=type_name,
            occurred=happened.text,
            occurredprecision=happened.precision,
            sourcerecord=record,
            sourceversion=notice.version,
            person=dict(notice.person),
            data=data,
            correlationid=heard.correlation,
            sensitivity=_sensitivity(notice, type_name),
            restricted=notice.restricted,
            flags=tuple(sorted(flags)),
        ),
    )


def _type(notice: Notice, meant: Meant) -> str:
    """
    Return the event's name in the catalogue.

    A death that the national record takes back is the next version of the same record,
    so that a later one stands again.
    """
    if meant.flags:
        return _flagged(notice)
    if meant.type not in _OF_THE_RECORD:
        return WITHDRAWN if notice.change == "delete" else UNCLASSIFIED
    if notice.death_removed or (meant.type == DIED and notice.change == "delete"):
        return _CHANGED
    if notice.change == "delete":
        return WITHDRAWN
    if notice.died is not None:
        return DIED
    changed = meant.type == _CHANGED and notice.superseded
    return _NUMBER if changed else meant.type


def _flagged(notice: Notice) -> str:
    """Return what a change of the patient's flags is called."""
    codes = frozenset(notice.flags)
    if codes & _ADJUSTS:
        return _ADJUSTMENT
    if codes & SAFEGUARDING:
        cleared = notice.cleared or NO_CONCERN in codes
        return f"safeguarding.flag_{'cleared' if cleared else 'raised'}.v1"
    return WITHDRAWN if notice.change == "delete" else UNCLASSIFIED


def _happened(notice: Notice, type_name: str, heard: Heard) -> Occurred:
    """Return when it happened: as the record says, else as the service does."""
    own = {DIED: notice.died, _PRACTICE: notice.registered, WITHDRAWN: notice.sent}
    best = own.get(type_name, notice.happened)
    found = first((best, notice.sent, heard.at))
    assert found is not None  # noqa: S101 - the door's own time is an instant
    today = heard.at[:10]
    return min(found, Occurred(today, "by")) if found.precision == "by" else found


def _record(notice: Notice, type_name: str) -> str:
    """
    Return the record whose versions these notices are.

    Of one patient and event type, or of one clinical record; a signal that only points
    at something is a record of its own.
    """
    if notice.service == "mns" and type_name == UNCLASSIFIED:
        return f"mns/{notice.kind}/{notice.own}"
    number = notice.person["nhs_number"]
    tail = f"/{notice.about}" if notice.about else ""
    return f"{notice.service}/{notice.kind}/{number}{tail}"


def _data(
    notice: Notice, type_name: str, meant: Meant, happened: Occurred
) -> tuple[dict[str, Any], bool]:
    """Return what the type has room for, and whether something had to be left out."""
    flag = next(iter(notice.flags), None)
    died = first((notice.died,))
    registered = first((notice.registered,))
    status = "inactive" if notice.cleared else notice.status
    said: dict[str, Any] = {
        "changed": _changes(notice, meant),
        "died_on": died.day if died else None,
        "practice": notice.practice,
        "registered_on": registered.day if registered else None,
        "changed_on": happened.day,
        "raised_on": happened.day,
        "cleared_on": happened.day,
        "code": as_code(flag),
        "resource_type": notice.resource_type,
        "event": as_code(notice.event),
        "reason": notice.change,
        "status": as_code(status),
    }
    known = CATALOGUE[type_name].data.model_fields
    wanted = {name: value for name, value in said.items() if name in known}
    data = {
        name: value for name, value in wanted.items() if value not in (None, "", [])
    }
    return data, "" in wanted.values()


def _changes(notice: Notice, meant: Meant) -> list[str]:
    """Return the names of what changed of who a patient is."""
    return [_DEATH_STATUS] if notice.death_removed else list(meant.changed)


def _sensitivity(notice: Notice, type_name: str) -> str:
    """Return how carefully it is shown."""
    if type_name.startswith("safeguarding."):
        return "safeguarding"
    return "restricted" if notice.restricted else "normal"


def _check(type_name: str, notice: Notice, data: dict[str, Any]) -> None:
    """Refuse what the catalogue would not take."""
    try:
        said = {"person": dict(notice.person), **data}
        CATALOGUE[type_name].data.model_validate(said)
    except ValidationError:
        rule = "This cannot be said in the event catalogue's words"
        raise FhirRefused(BAD_VALUE, "Bundle", rule=rule) from None
