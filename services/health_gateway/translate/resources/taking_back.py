"""Records that were a mistake, or are deleted: every side of them is taken back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from schemas.statement import IN_PASSING, Statement
from services.health_gateway.translate.about import About
from services.health_gateway.translate.codings import codings
from services.health_gateway.translate.nodes import Node
from services.health_gateway.translate.resources.appointments import booked_for
from services.health_gateway.translate.resources.meaning import WITHDRAWN
from services.health_gateway.translate.resources.records import (
    mistaken,
    moment_of,
    record_of,
    version_of,
    when,
)
from services.health_gateway.translate.resources.shapes import ELSE, SHAPES


def is_withdrawn(resource: Node) -> bool:
    """Return whether its sender says that a record was a mistake."""
    verified = (c for c in codings(resource, "verificationStatus"))
    status = resource.members.get("status")
    return status == "entered-in-error" or any(
        c.code == "entered-in-error" for c in verified
    )


def withdrawals(about: About) -> tuple[Statement, ...]:
    """
    Return that every side of a record was a mistake, as it was up to this version.

    One without a number, sent again, is the same mistake: its first time counts. What a
    visit said in passing of its appointment was a mistake as well.
    """
    limit = mistaken(about)
    own = tuple(
        replace(one, in_passing="until" in limit)
        for one in _taken_back(about, "withdrawn", limit)
    )
    booked = booked_for(about)
    if booked is None:
        return own
    named = {"sourcerecord": f"{booked}#outcome", "upto": IN_PASSING}
    passing = replace(
        own[0],
        sourcerecord=f"{booked}#outcome#withdrawn",
        sourceversion=IN_PASSING,
        data={**own[0].data, "withdraws": named},
        facet="#in-passing",
        in_passing=True,
    )
    return (*own, passing)


def deletions(about: About) -> tuple[Statement, ...]:
    """
    Return that every side of a record is deleted, of whomever it was.

    What is made again under the same id stands: a later version, where the sender says
    which version the deletion was; else what is heard afterwards. The latter is a record
    of its own, for it is no version of the sender's.
    """
    limit = mistaken(about)
    return (
        _taken_back(about, "deleted", limit) if "until" in limit else withdrawals(about)
    )


def _taken_back(
    about: About, how: str, limit: Mapping[str, Any]
) -> tuple[Statement, ...]:
    """Return the withdrawal of every side of a record, within *limit*."""
    happened, record = when(about, ()), record_of(about)
    return tuple(
        Statement(
            place=about.part.place,
            type=WITHDRAWN,
            occurred=happened.text,
            occurredprecision=happened.precision,
            sourcerecord=f"{record}{facet}#{how}",
            sourceversion=version_of(about),
            whole=record,
            moment=moment_of(about),
            person={},
            data={
                "withdraws": {"sourcerecord": f"{record}{facet}", **limit},
                "reason": "entered-in-error",
            },
            facet=facet,
        )
        for facet in SHAPES.get(about.kind, ELSE).facets
    )
