"""
Common Transfer File, XML, of this year and of older ones: a pupil's record moves on.

Source: DfE, Common Transfer File specification. Names may stand in the pupil or in
`BasicDetails`, SEN in `SEN` or in `SENhistory`; an unknown school is XXX/XXXX.
"""

from collections.abc import Iterator
from typing import Final

from schemas.codes import dfe
from services.education_gateway.translate.files.cells import (
    a_date,
    a_text,
    code_of,
)
from services.education_gateway.translate.files.census import provision
from services.education_gateway.translate.files.layout import (
    Column,
    Fact,
    Layout,
    Table,
)
from services.education_gateway.translate.files.markup import Shape
from services.education_gateway.translate.files.saying import (
    filled,
    renamed,
    school,
    told,
)
from services.education_gateway.translate.files.whom import Own
from services.runtime.snapshots.comparing import Change

KIND: Final = "ctf"
SENT: Final = "header.datetime"
FROM: Final = "sourceschool.estab"
TO: Final = "destschool.estab"


def _transferred(change: Change) -> Iterator[Fact]:
    """Yield that a record passed from school to school, and the SEN provision in it."""
    said = told(change)
    sent = said.get(SENT)
    data = (
        renamed(school(said.get("sourceschool.urn", "")), "from_school")
        | renamed(school(said.get("destschool.urn", "")), "to_school")
        | filled(ctf_sent_on=sent)
    )
    if change.kind == "added":
        yield Fact("school.transferred.v1", "transfer", data, occurred=sent)
    since = said.get("startdate")
    yield from provision(change, "senprovision", {}, occurred=since)


_TABLES: Final = (
    Table(
        name="pupil",
        mode="period",
        key=("pupilid", FROM, TO, SENT),
        columns=(Column("senprovision", code_of(dfe.SEN_PROVISION), silent=True),),
        told=(
            Column(SENT, a_date),
            Column("startdate", a_date),
            Column("sourceschool.urn", a_text),
            Column("destschool.urn", a_text),
        ),
        whom=Own(
            local=("pupilid",),
            upn="upn",
            former_upn="formerupn",
            born="dob",
            family="surname",
            given="forename",
        ),
        facts=_transferred,
        needed=("pupilid",),
        optional_key=frozenset({FROM, TO, SENT}),
    ),
)

LAYOUT: Final = Layout(
    KIND, "Common Transfer File", {"pupil": _TABLES[0]}, ordered=False
)

SHAPE: Final = Shape(
    element="pupil",
    table="pupil",
    id_column="pupilid",
    natural=(("upn",), ("surname", "forename", "dob")),
    latest=("senprovision", "startdate"),
)

SPELLINGS: Final = {
    "legalsurname": "surname",
    "legalforename": "forename",
    "dateofbirth": "dob",
    "senprovisionsource": "senprovision",
}
"""Names of the same leaves in files of other years and makers."""
