"""
School census, COLLECT CSV: pupils on roll and gone, needs, suspensions and exclusions.

Source: DfE, school census specification; code sets of the Common Basic Data Set.
"""

from collections.abc import Iterator
from typing import Final

from schemas.codes import dfe
from services.education_gateway.translate.files.cells import (
    a_code,
    a_date,
    a_number,
    a_text,
    code_of,
    one_of,
)
from services.education_gateway.translate.files.layout import (
    Column,
    Fact,
    Layout,
    Table,
)
from services.education_gateway.translate.files.saying import (
    dated,
    filled,
    renamed,
    school,
    told,
)
from services.education_gateway.translate.files.whom import Own
from services.runtime.snapshots.comparing import Change

KIND: Final = "school-census"
ON_ROLL: Final = "pupilonroll"
GONE: Final = "pupilnolongeronroll"
LEAVER: Final = "leaver"
"""Aspect of a leaver who is only missing from the roll."""
NO_PROVISION: Final = "N"
_SCHOOL: Final = "nativeid"
_PERMANENT: Final = "PERM"
_PASSING: Final = frozenset({"sourceid", "schoolcensustableid"})
_ENROLMENT: Final = one_of("cbds:enrolment-status", frozenset("CSMFGO"))


def _school(change: Change) -> dict[str, str]:
    """Return the school of a record: the census's own id where it is a URN."""
    return school(change.own.split("/", 1)[0])


def _on_roll(change: Change) -> Iterator[Fact]:
    """Yield what a pupil on roll, or one no longer there, makes."""
    if change.kind == "removed":
        yield Fact(
            "school.leaver.v1",
            LEAVER,
            renamed(_school(change), "from_school"),
            alone=True,
        )
        return
    admitted = Fact(
        "school.admission.v1",
        "admission",
        renamed(_school(change), "to_school")
        | filled(
            admitted_on=change.after.get("entrydate"),
            enrolment=told(change).get("enrolstatus"),
            year_group=told(change).get("ncyearactual"),
        ),
        occurred=change.after.get("entrydate"),
    )
    if change.kind == "added":
        yield admitted
    else:
        yield from dated(change, "entrydate", admitted)
    yield from provision(change, "senprovision", _school(change))


def provision(
    change: Change, column: str, said: dict[str, str], occurred: str | None = None
) -> Iterator[Fact]:
    """
    Yield that SEN provision started or changed; a blank makes nothing.

    No provision at all is worth an event only where there was some.
    """
    before, after = change.before.get(column), change.after.get(column)
    if not after or after == before or (not before and after == NO_PROVISION):
        return
    started = before in (None, "", NO_PROVISION)
    yield Fact(
        "sen_support.started.v1" if started else "sen_support.changed.v1",
        "sen_support",
        said
        | filled(
            provision_from=before,
            provision_to=after,
            year_group=told(change).get("ncyearactual"),
        ),
        occurred=occurred,
        alone=True,
    )


def needs(change: Change) -> Iterator[Fact]:
    """Yield a pupil's types of need, in the order of their rank, when they change."""
    listed = change.after.get("needs", "")
    if change.kind != "removed" and listed:
        data = _school(change) | {"needs": listed.split(",")}
        yield Fact("sen_support.changed.v1", "needs", data, alone=True)


def _excluded(change: Change) -> Iterator[Fact]:
    """Yield a suspension or an exclusion."""
    said = change.after
    permanent = said.get("category") == _PERMANENT
    reasons = [said[r] for r in ("reason1", "reason2", "reason3") if r in said]
    data = _school_of(change) | filled(
        category=said.get("category"),
        reasons=reasons,
        starts_on=said.get("startdate"),
        sessions=None if permanent else _sessions(said.get("sessions")),
        provision=said.get("senprovision"),
    )
    kind = "school.exclusion.v1" if permanent else "school.suspension.v1"
    yield Fact(kind, "exclusion", data, occurred=said.get("startdate"))


def _school_of(change: Change) -> dict[str, str]:
    """Return the school that a child record names beside its own key."""
    return school(told(change).get(_SCHOOL, ""))


def _sessions(text: str | None) -> int | None:
    """Return a number of sessions."""
    return int(text) if text else None


def _gone(change: Change) -> Iterator[Fact]:
    """Yield that a pupil left."""
    data = renamed(_school(change), "from_school") | filled(
        left_on=change.after.get("leavingdate")
    )
    yield Fact(
        "school.leaver.v1", "leaver", data, occurred=change.after.get("leavingdate")
    )


def _pupil(table: str) -> Own:
    """Return how a table that describes pupils says whom it is about."""
    return Own(
        local=(_SCHOOL, f"{table}tableid"),
        upn="upn",
        former_upn="formerupn",
        born="dob",
        family="surname",
        given="forename",
    )


def _exclusions(name: str, pupil: str) -> Table:
    """Return the table of exclusions of pupils of one kind."""
    return Table(
        name=name,
        mode="period",
        key=(f"{name}tableid",),
        columns=(
            Column("startdate", a_date, required=True),
            Column("category", code_of(dfe.EXCLUSION_CATEGORY), required=True),
            Column("reason1", code_of(dfe.EXCLUSION_REASON), required=True),
            Column("reason2", code_of(dfe.EXCLUSION_REASON)),
            Column("reason3", code_of(dfe.EXCLUSION_REASON)),
            Column("sessions", a_number),
            Column("senprovision", code_of(dfe.SEN_PROVISION)),
        ),
        told=(Column(_SCHOOL, a_text),),
        whom=Own(local=(_SCHOOL, f"{pupil}tableid")),
        facts=_excluded,
        passing=_PASSING | {f"{name}orderseqcolumn"},
        needed=(_SCHOOL, f"{pupil}tableid", "startdate", "category", "reason1"),
    )


def _needs(name: str, pupil: str) -> Table:
    """Return the table of needs of pupils of one kind: a list a pupil."""
    return Table(
        name=name,
        mode="state",
        key=(_SCHOOL, f"{pupil}tableid"),
        columns=(
            Column("sentype", code_of(dfe.SEN_TYPE), required=True),
            Column("sentyperank", a_number, required=True),
        ),
        whom=Own(local=(_SCHOOL, f"{pupil}tableid")),
        facts=needs,
        passing=_PASSING | {f"{name}orderseqcolumn", f"{name}tableid"},
        needed=("sentype", "sentyperank"),
        grouped=("sentyperank", "sentype"),
    )


_TABLES: Final = (
    Table(
        name=ON_ROLL,
        mode="state",
        key=(_SCHOOL, "pupilonrolltableid"),
        columns=(
            Column("entrydate", a_date, silent=True),
            Column("senprovision", code_of(dfe.SEN_PROVISION), silent=True),
        ),
        told=(
            Column("enrolstatus", _ENROLMENT),
            Column("ncyearactual", code_of(dfe.YEAR_GROUP)),
        ),
        whom=_pupil(ON_ROLL),
        facts=_on_roll,
        passing=_PASSING | {"pupilonrollorderseqcolumn"},
        needed=(_SCHOOL, "upn", "dob", "entrydate", "senprovision"),
    ),
    Table(
        name=GONE,
        mode="period",
        key=(_SCHOOL, "pupilnolongeronrolltableid", "entrydate", "leavingdate"),
        columns=(Column("leavingdate", a_date, required=True),),
        told=(Column("leavingreason", a_code), Column("entrydate", a_date)),
        whom=_pupil(GONE),
        facts=_gone,
        passing=_PASSING | {"pupilnolongeronrollorderseqcolumn"},
        needed=(_SCHOOL, "upn", "dob", "leavingdate"),
        optional_key=frozenset({"entrydate"}),
    ),
    _exclusions("termlyexclusionsonroll", ON_ROLL),
    _exclusions("termlyexclusionsnolongeronroll", GONE),
    _needs("senneeds", ON_ROLL),
    _needs("senneedsonroll", ON_ROLL),
)

LAYOUT: Final = Layout(KIND, "School census", {table.name: table for table in _TABLES})
