"""
Children in need census, XML: referrals, child in need plans, child protection plans.

Source: DfE, children in need census specification. Only that a plan runs is said, and
since when; never why.
"""

from collections.abc import Iterator
from typing import Final

from services.education_gateway.translate.files.cells import a_code, a_date, a_flag
from services.education_gateway.translate.files.layout import (
    Column,
    Fact,
    Facts,
    Layout,
    Link,
    Table,
)
from services.education_gateway.translate.files.markup import Shape
from services.education_gateway.translate.files.saying import dated, filled, flag
from services.education_gateway.translate.files.whom import Own
from services.runtime.snapshots.comparing import Change

KIND: Final = "children-in-need"
_IN_NEED: Final = "child-in-need"
_PROTECTION: Final = "child-protection"
_SENSITIVE: Final = {_IN_NEED: "restricted", _PROTECTION: "safeguarding"}


def _nothing(_change: Change) -> Iterator[Fact]:
    """Yield nothing: the record says whom others are about."""
    return iter(())


def _referred(change: Change) -> Iterator[Fact]:
    """Yield a referral to children's social care."""
    said = change.after
    received, source = said.get("cinreferraldate"), said.get("referralsource")
    data = filled(
        received_on=received,
        referral_source=source,
        referral_source_system="dfe:cin:referral-source" if source else None,
        no_further_action=flag(said.get("referralnfa")),
    )
    fact = Fact(
        "social_care.referral_received.v1",
        "referral",
        data,
        occurred=received,
        sensitivity="restricted",
    )
    yield from dated(change, "cinreferraldate", fact, "referralsource", "referralnfa")


def _plan(change: Change, plan: str, start: str, end: str) -> Iterator[Fact]:
    """Yield that a plan started and ended."""
    began, ended = change.after.get(start), change.after.get(end)
    sensitivity = _SENSITIVE[plan]
    yield from dated(
        change,
        start,
        Fact(
            "social_care.plan_started.v1",
            "start",
            filled(plan=plan, started_on=began),
            occurred=began,
            sensitivity=sensitivity,
        ),
    )
    yield from dated(
        change,
        end,
        Fact(
            "social_care.plan_ended.v1",
            "end",
            filled(plan=plan, started_on=began, ended_on=ended),
            occurred=ended,
            sensitivity=sensitivity,
        ),
    )


def _in_need(change: Change) -> Iterator[Fact]:
    """Yield a child in need plan."""
    return _plan(change, _IN_NEED, "cinplanstartdate", "cinplanenddate")


def _protected(change: Change) -> Iterator[Fact]:
    """Yield a child protection plan."""
    return _plan(change, _PROTECTION, "cppstartdate", "cppenddate")


def _linked(name: str, link: Link, *columns: Column, facts: Facts) -> Table:
    """Return a table each of whose records belongs to one of another."""
    return Table(
        name=name,
        mode="period",
        key=(f"{name}id",),
        columns=columns,
        whom=link,
        facts=facts,
        needed=(link.column,),
    )


_TABLES: Final = (
    Table(
        name="child",
        mode="period",
        key=("lachildid",),
        columns=(),
        whom=Own(
            local=("lachildid",),
            upn="upn",
            former_upn="formerupn",
            born="personbirthdate",
        ),
        facts=_nothing,
        needed=("lachildid",),
    ),
    _linked(
        "referral",
        Link("child", "lachildid"),
        Column("cinreferraldate", a_date, required=True),
        Column("referralsource", a_code),
        Column("referralnfa", a_flag),
        facts=_referred,
    ),
    _linked(
        "cinplan",
        Link("referral", "referralid"),
        Column("cinplanstartdate", a_date, required=True),
        Column("cinplanenddate", a_date),
        facts=_in_need,
    ),
    _linked(
        "protectionplan",
        Link("referral", "referralid"),
        Column("cppstartdate", a_date, required=True),
        Column("cppenddate", a_date),
        facts=_protected,
    ),
)

LAYOUT: Final = Layout(
    KIND,
    "Children in need census",
    {table.name: table for table in _TABLES},
    whole=True,
)

SHAPE: Final = Shape(
    element="child",
    table="child",
    id_column="lachildid",
    natural=(("lachildid",),),
    children=(
        Shape(
            element="cindetails",
            table="referral",
            id_column="referralid",
            natural=(("cinreferraldate",),),
            parent_column="lachildid",
            children=(
                Shape(
                    element="cinplandates",
                    table="cinplan",
                    id_column="cinplanid",
                    natural=(("cinplanstartdate",),),
                    parent_column="referralid",
                ),
                Shape(
                    element="childprotectionplans",
                    table="protectionplan",
                    id_column="protectionplanid",
                    natural=(("cppstartdate",),),
                    parent_column="referralid",
                ),
            ),
        ),
    ),
)
