"""
What agreements say, made ready to be asked often.

Delivery asks for every event and subscriber, so answers are looked up, not worked out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from schemas.agreement import Agreement, AgreementsFile

WITHOUT_A_ROLE: Final = ("system",)
"""What a token without a role acts as: an organisation's systems."""
_NO_ONE: Final = frozenset({*WITHOUT_A_ROLE, "operator"})
"""Roles in which nobody looks at a child."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, as the token says it, and on which day."""

    org: str
    roles: tuple[str, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether one event may be shown, how much of it, and what says so."""

    permitted: bool
    mode: Literal["content", "existence"] | None
    fields: frozenset[str] | None
    """Data members to show; None is all of them."""
    agreement: str | None
    version: str | None
    """SHA-256 of the file that held the agreement."""

    @property
    def whole(self) -> bool:
        """Whether all of the event's data may be shown."""
        return self.mode == "content" and self.fields is None


DENIED: Final = Decision(
    permitted=False, mode=None, fields=frozenset(), agreement=None, version=None
)


@dataclass(frozen=True, slots=True)
class Terms:
    """An agreement made ready to be asked often."""

    agreement: Agreement
    version: str
    granted: Mapping[str, Decision]
    """By category."""
    own: Decision
    """For what the recipient sent itself."""
    councils: frozenset[str] | None
    """Whose children; None: the circle."""


Agreements = Mapping[tuple[str, str], Sequence[Terms]]
"""By recipient and role, in the order of the files."""


def agreements_of(files: Iterable[tuple[AgreementsFile, str]]) -> Agreements:
    """Return every agreement, made ready; with each file comes its version."""
    ready: defaultdict[tuple[str, str], list[Terms]] = defaultdict(list)
    for file, version in files:
        for agreement in file.agreements:
            terms = _terms(agreement, version)
            for role in agreement.roles:
                ready[agreement.recipient, role].append(terms)
    return dict(ready)


def in_force(viewer: Viewer, role: str, agreements: Agreements) -> list[Terms]:
    """Return what names the viewer's organisation with *role* on its day."""
    made = agreements.get((viewer.org, role), ())
    return [terms for terms in made if terms.agreement.in_force(viewer.on)]


def holding(
    viewer: Viewer, roles: Collection[str], agreements: Agreements
) -> tuple[str, Terms] | None:
    """Return the first of *roles* that *viewer* holds, and what in force says so."""
    for role in viewer.roles or WITHOUT_A_ROLE:
        held = in_force(viewer, role, agreements) if role in roles else []
        if held:
            return role, held[0]
    return None


def owning(viewer: Viewer, agreements: Agreements) -> tuple[str, Terms] | None:
    """
    Return the first role in which a person has a right to what *viewer* sent itself.

    None where no role of the token is one under an agreement in force: what runs by
    itself decides nothing, and whoever operates sees no child.
    """
    for role in viewer.roles:
        held = in_force(viewer, role, agreements) if role not in _NO_ONE else []
        for terms in held:
            if terms.granted:
                return role, terms
    return None


def has_feed(viewer: Viewer, agreements: Agreements) -> bool:
    """
    Return whether a role that *viewer* has was given a feed.

    One that has ended counts: its feed is there, and nothing more comes in it.
    """
    return any(
        terms.agreement.feed
        for role in viewer.roles or WITHOUT_A_ROLE
        for terms in agreements.get((viewer.org, role), ())
    )


def _terms(agreement: Agreement, version: str) -> Terms:
    """Return *agreement* with the answer to every question it can be asked."""
    granted = {
        category: Decision(
            permitted=True,
            mode=grant.mode,
            fields=None if grant.fields == "all" else frozenset(grant.fields),
            agreement=agreement.id,
            version=version,
        )
        for grant in agreement.grants
        for category in grant.categories
    }
    own = Decision(
        permitted=True,
        mode="content",
        fields=None,
        agreement=agreement.id,
        version=version,
    )
    return Terms(agreement, version, granted, own, _councils(agreement))


def _councils(agreement: Agreement) -> frozenset[str] | None:
    """Return the councils of the agreement's area, or None if it speaks of a circle."""
    if agreement.children == "circle":
        return None
    return frozenset(f"urn:dfe:la:{code}" for code in agreement.children.area)
