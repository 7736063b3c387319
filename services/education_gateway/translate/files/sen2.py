"""
SEN2 person level: the nine COLLECT CSV files, and the same return as XML.

Source: DfE, SEN2 person level specification, modules 1 to 5c. Every table is a period:
that a plan is not in a return does not say that it ended; `ceasedate` does. What is not
in the same return when it comes again was never so.
"""

from typing import Final

from schemas.codes import dfe
from services.education_gateway.translate.files import sen2_facts as says
from services.education_gateway.translate.files.cells import (
    a_code,
    a_date,
    a_flag,
    a_number,
    a_text,
    code_of,
    one_of,
)
from services.education_gateway.translate.files.layout import (
    Column,
    Facts,
    Judging,
    Layout,
    Link,
    Table,
)
from services.education_gateway.translate.files.markup import Shape
from services.education_gateway.translate.files.whom import Own

KIND: Final = "sen2"
HEADER: Final = "sen2"
SPELLINGS: Final = {"rquestsource": "requestsource", "planwpb": "planwbp"}
"""Slips that files of the field have in the names of items."""
_OUTCOME: Final = one_of("sen2:outcome", frozenset("YNAWH"))
_REVIEW: Final = one_of("sen2:review-outcome", frozenset("MACH"))
_RESIDENCE: Final = code_of(dfe.RESIDENTIAL)
_PASSING: Final = frozenset({"sourceid", "nativeid", "sen2tableid"})
_PLACE: Final = (
    Column("urn", a_code),
    Column("ukprn", a_code),
    Column("sensetting", code_of(dfe.SEN_SETTING)),
)


def _residential(text: str, judging: Judging) -> str:
    """Check a code of residence; a plain no is no code, and says as much as a blank."""
    return "" if text.upper() in says.NO else _RESIDENCE(text, judging)


def _linked(
    name: str,
    parent: str,
    *columns: Column,
    facts: Facts,
    told: tuple[Column, ...] = (),
) -> Table:
    """Return a table each of whose records belongs to one of *parent*."""
    return Table(
        name=name,
        mode="period",
        key=(f"{name}tableid",),
        columns=columns,
        told=told,
        whom=Link(parent, f"{parent}tableid"),
        facts=facts,
        passing=_PASSING | {f"{name}orderseqcolumn"},
        needed=(f"{parent}tableid", *(c.name for c in columns if c.required)),
    )


_TABLES: Final = (
    Table(
        name="person",
        mode="period",
        key=("persontableid",),
        columns=(),
        whom=Own(
            local=("persontableid",),
            upn="upn",
            born="personbirthdate",
            family="surname",
            given="forename",
        ),
        facts=says.nothing,
        passing=_PASSING | {"personorderseqcolumn"},
        needed=("upn", "personbirthdate"),
    ),
    _linked(
        "requests",
        "person",
        Column("receiveddate", a_date),
        Column("requestsource", code_of(dfe.REQUEST_SOURCE)),
        Column("rya", a_flag),
        Column("requestoutcome", _OUTCOME),
        Column("requestoutcomedate", a_date),
        Column("exported", a_code),
        facts=says.requested,
    ),
    _linked(
        "assessment",
        "requests",
        Column("assessmentoutcome", _OUTCOME),
        Column("assessmentoutcomedate", a_date),
        facts=says.assessed,
        told=(Column("week20", a_flag),),
    ),
    _linked(
        "namedplan",
        "assessment",
        Column("startdate", a_date),
        Column("planres", _residential),
        Column("planwbp", a_code),
        Column("pb", a_flag),
        Column("oa", a_flag),
        Column("dp", a_code),
        Column("ceasedate", a_date),
        Column("ceasereason", code_of(dfe.CEASE_REASON)),
        facts=says.planned,
        told=(Column("startdate", a_date),),
    ),
    _linked(
        "plandetail",
        "namedplan",
        *_PLACE,
        Column("senunitindicator", a_flag),
        Column("resourcedprovisionindicator", a_flag),
        facts=says.named,
        told=(Column("placementrank", a_number), Column("sensettingother", a_text)),
    ),
    _linked(
        "activeplans",
        "requests",
        Column("transferla", a_code),
        Column("reviewmeeting", a_date),
        Column("reviewoutcome", _REVIEW),
        Column("reviewdraft", a_date),
        Column("phasetransferduedate", a_date),
        Column("phasetransferfinaldate", a_date),
        facts=says.active,
    ),
    _linked(
        "placementdetail",
        "activeplans",
        *_PLACE,
        Column("entrydate", a_date),
        Column("leavingdate", a_date),
        facts=says.placed,
    ),
    Table(
        name="senneed",
        mode="period",
        key=("activeplanstableid",),
        columns=(
            Column("sentype", code_of(dfe.SEN_TYPE), required=True),
            Column("sentyperank", a_number, required=True),
        ),
        whom=Link("activeplans", "activeplanstableid"),
        facts=says.needs,
        passing=_PASSING | {"senneedorderseqcolumn", "senneedtableid"},
        needed=("activeplanstableid", "sentype", "sentyperank"),
        grouped=("sentyperank", "sentype"),
    ),
)

LAYOUT: Final = Layout(
    KIND, "SEN2", {table.name: table for table in _TABLES}, whole=True
)


def _shape(name: str, natural: tuple[str, ...], *children: Shape) -> Shape:
    """Return the element of a module below the person."""
    return Shape(
        element=name,
        table=name,
        id_column=f"{name}tableid",
        natural=(natural,),
        parent_column=_PARENTS[name],
        children=children,
    )


_PARENTS: Final = {
    table.name: table.whom.column for table in _TABLES if isinstance(table.whom, Link)
}
_PLACED: Final = ("urn", "ukprn", "sensetting", "placementrank")
SHAPE: Final = Shape(
    element="person",
    table="person",
    id_column="persontableid",
    natural=(
        ("upn",),
        ("uniquelearnernumber",),
        ("surname", "forename", "personbirthdate"),
    ),
    children=(
        _shape(
            "requests",
            ("receiveddate",),
            _shape(
                "assessment",
                (),
                _shape("namedplan", ("startdate",), _shape("plandetail", _PLACED)),
            ),
            _shape(
                "activeplans",
                (),
                _shape("placementdetail", (*_PLACED, "entrydate")),
                _shape("senneed", ("sentyperank", "sentype")),
            ),
        ),
    ),
)
"""How XML nests the modules; it gives no ids, so what tells records apart makes them."""
