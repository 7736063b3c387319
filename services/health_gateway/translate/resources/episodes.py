"""EpisodeOfCare and CarePlan: waiting, provision, and its end."""

from dataclasses import replace
from typing import Final

from services.health_gateway.translate.about import About
from services.health_gateway.translate.resources.meaning import (
    END,
    START,
    Meaning,
    Shape,
    one,
    other,
)

_NOW: Final = (("meta", "lastUpdated"),)
_WAITING: Final = "waitlist"
_ENDED: Final = frozenset({"completed", "revoked"})


def episode_of_care(about: About) -> tuple[Meaning, ...]:
    """Return what an EpisodeOfCare says."""
    if about.status == "waitlist":
        return (
            Meaning("waiting_list.added.v1", "#waiting", when=START, mark=_WAITING),
        )
    if about.status == "active":
        started = Meaning("provision.started.v1", "#provision", when=START)
        waited = Meaning("waiting_list.removed.v1", "#no-longer-waiting", when=_NOW)
        only_after = None if _waited(about) else _WAITING
        return (started, replace(waited, mark="active", only_after=only_after))
    if about.status == "cancelled":
        return one("waiting_list.removed.v1", "#no-longer-waiting")
    if about.status == "finished":
        return one("referral.discharged.v1", "#discharged")
    return other(about)


def _waited(about: About) -> bool:
    """Return whether the episode's own history says that the child had to wait."""
    past = about.resource.either("statusHistory")
    return any(one_status.text("status") == "waitlist" for one_status in past)


def care_plan(about: About) -> tuple[Meaning, ...]:
    """Return what a CarePlan says."""
    if about.status == "active":
        changed = Meaning("provision.changed.v1", "#changed", when=_NOW)
        when = (*START, ("created",))
        mark = about.text("meta", "versionId") or about.heard.at
        return (
            Meaning("provision.started.v1", "#started", {}, None, when, mark, changed),
        )
    if about.status == "on-hold":
        return one("provision.changed.v1", "#changed", when=_NOW)
    if about.status in _ENDED:
        return one("provision.ended.v1", "#ended")
    return other(about)


SHAPES: Final = {
    "EpisodeOfCare": Shape(
        episode_of_care,
        codes=("type",),
        bodies=("managingOrganization",),
        when=END,
        facets=(
            "#waiting",
            "#no-longer-waiting",
            "#provision",
            "#discharged",
            "#other",
        ),
    ),
    "CarePlan": Shape(
        care_plan,
        codes=("category",),
        bodies=("author", "contributor"),
        when=END,
        facets=("#started", "#changed", "#ended", "#other"),
    ),
}
