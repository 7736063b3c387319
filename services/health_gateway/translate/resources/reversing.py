"""
What a version of a record says that does not hold beside what another version said.

What happened stays on the timeline when more happens: a referral that is cancelled was
received. Listed here is what a later version says was not so, or is so no longer.
"""

from collections.abc import Callable, Mapping
from typing import Final

from schemas.statement import Reversal
from services.health_gateway.translate.about import About
from services.health_gateway.translate.resources.meaning import Meaning, Shape, other
from services.health_gateway.translate.resources.modifiers import is_modified

_ANYTHING: Final = "*"
_WAITING: Final = "#waiting"
_OTHER: Final = "#other"
_OPEN: Final = frozenset({"unknown", "on-hold", "onleave", "onhold"})
"""Statuses of a record that take nothing back."""
Undone = tuple[tuple[str, str], ...]
"""What was said, and of which facet."""
Facets = tuple[str, ...]

_ENDS: Final[Facets] = ("#cancelled", "#discharged")
_UNDONE: Final[Mapping[str, Mapping[str, Facets]]] = {
    "ServiceRequest": {
        **dict.fromkeys(("", "#provision", "#decision", "#triaged", "#asked"), _ENDS),
        "#booked": _ENDS,
        "#cancelled": ("#discharged",),
        "#discharged": ("#cancelled",),
    },
    "Task": {
        "": ("#decision", "#cancelled", "#given"),
        **dict.fromkeys(("#decision", "#triaged", "#asked"), ("#cancelled",)),
        "#received": ("#given",),
    },
    "Encounter": {
        "#triaged": ("#outcome", "#discharged"),
        "#started": ("#outcome", "#discharged"),
        _OTHER: ("#outcome", "#discharged", "#started"),
    },
    "EpisodeOfCare": {
        _WAITING: ("#no-longer-waiting", "#discharged"),
        "#provision": ("#discharged",),
    },
    "CarePlan": {"#started": ("#ended",), "#changed": ("#ended",)},
    "Condition": {"": ("#ruled-out",)},
    "DiagnosticReport": {_OTHER: ("",)},
    "Composition": {_OTHER: ("",)},
    "QuestionnaireResponse": {_OTHER: ("",), "#asked": ("",)},
    "Procedure": {"#started": ("",)},
    "ClinicalImpression": {"#started": ("",)},
}
"""By type and by the facet of which a version speaks: those that it takes back."""
_NOT_DONE: Final = frozenset({"preparation", "not-done"})
_NEVER_ASKED: Final = frozenset({"active", "draft"})


def reversal_of(
    about: About, shape: Shape, meant: tuple[Meaning, ...], own: tuple[str, int]
) -> Reversal | None:
    """Return what a version of the record *own* says and takes back, if it means any."""
    if not meant or shape.decide is other:
        return None
    if is_modified(about.resource):
        undone = tuple((_ANYTHING, facet) for facet in shape.facets)
        return Reversal(*own, "#modified", undone)
    said, undoes = _SPECIAL.get(about.kind, _usual)(about, meant[0].facet)
    waits = _WAITING in shape.facets and said != _WAITING
    outdates = (_WAITING,) if waits else ()
    return Reversal(*own, said, undoes, outdates)


def _usual(about: About, facet: str) -> tuple[str, Undone]:
    """Return what is said and undone where the facet alone decides."""
    if about.status in _OPEN:
        return facet, ()
    return facet, _facets(*_UNDONE.get(about.kind, {}).get(facet, ()))


def _facets(*names: str) -> Undone:
    """Return sides of which all that was said is undone."""
    return tuple((name, name) for name in names)


def _service_request(about: About, facet: str) -> tuple[str, Undone]:
    """Return the same, also where a version says that it never was a referral."""
    if facet == _OTHER and about.status in _NEVER_ASKED:
        return facet, _facets("", "#provision", *_ENDS)
    return _usual(about, facet)


def _procedure(about: About, facet: str) -> tuple[str, Undone]:
    """Return the same, also where a version says that nothing has been done."""
    if facet == _OTHER and about.status in _NOT_DONE:
        return facet, _facets("", "#started")
    return _usual(about, facet)


def _patient(about: About, facet: str) -> tuple[str, Undone]:
    """Return the same; whoever lives has not died, where a version says so."""
    lives = about.resource.members.get("deceasedBoolean") is False
    return facet, _facets("#died") if lives else ()


def _appointment(about: About, facet: str) -> tuple[str, Undone]:
    """
    Return the same of an appointment, for the time at which it was to be.

    What became of it at another time stays: it was moved afterwards. Who did not come
    did not, whatever was cancelled then.
    """
    if facet == _WAITING:
        return facet, ()
    start = about.text("start") or ""
    seen, absent, off = f"seen@{start}", f"absent@{start}", f"off@{start}"
    if facet == "#outcome":
        said = seen if about.status == "fulfilled" else absent
        return said, ((off, "#cancelled"),)
    if facet == "#cancelled":
        return off, ((seen, "#outcome"),)
    held = ((seen, "#outcome"), (absent, "#outcome"))
    return facet, (*held, (off, "#cancelled"))


_SPECIAL: Final[Mapping[str, Callable[[About, str], tuple[str, Undone]]]] = {
    "Appointment": _appointment,
    "ServiceRequest": _service_request,
    "Procedure": _procedure,
    "ClinicalImpression": _procedure,
    "Patient": _patient,
}
