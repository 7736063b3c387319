"""What an event says, as label and value, in the words of the field."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.codes import CODE_LISTS
from schemas.identifiers import is_organisation
from services.runtime.pages import words

Json = Mapping[str, Any]

_LABELS: Final = {
    "about": "What the parent was told of",
    "advice": "Kind of advice",
    "appeal_rights_sent": "Told of the right to appeal",
    "body": "Advice from",
    "channel": "How",
    "document": "Where the document is kept",
    "evidence": "Where the evidence is kept",
    "exception": "Exception",
    "exception_evidence": "Where the evidence is kept",
    "from_council": "From council",
    "from_school": "From school",
    "health_attended": "Health attended",
    "health_invited": "Health invited",
    "limb": "Ground",
    "needs": "Types of need, first one first",
    "provision_from": "SEN provision before",
    "provision_to": "SEN provision now",
    "request_source": "Requested by",
    "requested_by": "Requesting organisation",
    "sections": "Sections with content",
    "sent_to": "Sent to",
    "sent_to_icb_on": "Sent to ICB on",
    "to_council": "To council",
    "to_school": "To school",
    "ukprn": "UKPRN",
    "week20_exception": "Exception to the 20 weeks",
    "youth_accommodation": "In youth accommodation",
}

_HIDDEN: Final = frozenset({"document_sha256", "person", "withdraws"})
"""Members that say nothing to a reader of the page."""

_VERBATIM: Final = frozenset(
    {
        "code",
        "concern",
        "document",
        "evidence",
        "exception_evidence",
        "outcome",
        "registration",
        "item",
        "team_contact",
        "ukprn",
        "start_session",
        "sections",
    }
)
"""Members that are shown as they were sent."""

_REQUEST_SOURCE: Final = "dfe:sen2:request-source"
_IMPRACTICAL: Final = {
    "a": "Advice sought from a school closed for 4 weeks or more",
    "b": "Advice sought from an early years provider closed for 4 weeks or more",
    "c": "Exceptional personal circumstances",
    "d": "Absent from the area for 4 weeks or more",
}
_LATE_ADVICE: Final = {
    "a": "Exceptional personal circumstances",
    "b": "Absent from the area for 4 weeks or more",
    "c": "Appointment not kept",
}
_APPEALS: Final = {
    "a": "No assessment",
    "b": "No plan",
    "c": "What the plan says",
    "d": "No reassessment",
    "e": "No amendment or replacement of the plan",
    "f": "End of the plan",
}
_BY_MEMBER: Final = {
    "exception": _IMPRACTICAL,
    "ground": {
        "unsuitable": "Unsuitable for the child",
        "incompatible": "Incompatible with the education of others",
        "inefficient": "Inefficient use of resources",
    },
    "threshold": {
        "persistent": "Persistent absence, 10% of sessions or more",
        "severe": "Severe absence, 50% of sessions or more",
    },
}


def facts(entry: Json, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return label and value of each member of *entry* that a reader can use."""
    data = entry.get("data") or {}
    return tuple(
        (_LABELS.get(name, words.plain(name)), _value(entry, name, value, names))
        for name, value in sorted(data.items())
        if name not in _HIDDEN
        and not name.endswith("_system")
        and not isinstance(value, Mapping)
        and value not in (None, "", [], ())
    )


def _value(entry: Json, name: str, value: object, names: Mapping[str, str]) -> str:
    """Return one member of an event's data in words."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | tuple):
        return ", ".join(_value(entry, name, one, names) for one in value)
    if is_organisation(value):
        return words.organisation(str(value), names)
    return _text(entry, name, str(value))


def _text(entry: Json, name: str, text: str) -> str:
    """Return a text, a code or a number in words."""
    if name in _VERBATIM:
        return text
    if listed := CODE_LISTS.get(_system(entry["data"], name)):
        return listed.title_of(text)
    if meaning := _meanings(entry["type"], name).get(text):
        return meaning
    return words.day(text) if words.is_day(text) else words.plain(text)


def _system(data: Json, name: str) -> str:
    """Return the code system of a member; older events leave this one out."""
    absent = _REQUEST_SOURCE if name == "request_source" else ""
    return str(data.get(f"{name}_system") or absent)


def _meanings(kind: str, name: str) -> Mapping[str, str]:
    """Return what the letters and words of a member mean."""
    if name == "limb":
        return _APPEALS if kind.startswith("dispute.") else _LATE_ADVICE
    return _BY_MEMBER.get(name, {})
