"""What each kind of file says: the events that its rows make."""

from collections import Counter
from datetime import date
from itertools import chain

import pytest

from services.education_gateway.translate import to_statement
from services.education_gateway.translate.files import rows, sen2, telling
from services.education_gateway.translate.files.layout import Link
from services.runtime.snapshots.comparing import compared, key_of, removed
from tests.support.agencies import COUNCIL, nhs_number, upn
from tests.support.school_files import (
    AS_AT,
    SEN2,
    csv_of,
    exclusion,
    judged,
    leaver,
    need,
    part,
    pupil,
    read,
)

SPEAKER = telling.Speaker(COUNCIL, "feed", AS_AT)


def told(*contents, before=()):
    """Return the statements that a delivery makes after an earlier one."""
    kept = dict(_kept(before)) if before else {}
    whole = read(*(part(c, f"{n}.csv") for n, c in enumerate(contents)))
    found = []
    for said in _whole(whole):
        table = whole.delivery.layout.table(said.raw.table)
        change = (
            said.row and compared(said.row, kept.get((table.name, said.own))).change
        )
        if change:
            events = telling.events(change, table, SPEAKER)
            found += [to_statement(e, sender=COUNCIL, place=1) for _, e in events]
    return found


def _kept(contents):
    """Yield what is kept of a delivery, by table and key."""
    whole = read(*(part(c) for c in contents))
    for said in _whole(whole):
        if said.row:
            yield (said.raw.table, said.own), compared(said.row, None).kept


def _whole(whole):
    """Yield the records of a delivery with whom they are about."""
    for said in judged(whole):
        table = whole.delivery.layout.table(said.raw.table)
        if isinstance(table.whom, Link):
            rows.about_whom(said, whole.about(table.whom.table, said.link))
        yield said


def types(statements):
    """Return how many events of each type there are."""
    return Counter(one.type.removesuffix(".v1") for one in statements)


def test_a_pupil_on_roll_is_admitted_and_supported():
    """The admission is dated by the file, the support by the snapshot at the latest."""
    admitted, supported = told(csv_of([pupil(1)]))

    assert (admitted.type, admitted.occurred) == ("school.admission.v1", "2024-09-03")
    assert admitted.data["to_school"] == "urn:dfe:urn:990001"
    assert supported.type == "sen_support.started.v1"
    assert (supported.occurred, supported.occurredprecision) == ("2026-01-15", "by")
    assert supported.data["provision_to"] == "K"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("K", "E", ["sen_support.changed"]),
        ("K", "", []),
        ("K", "K", []),
        ("", "K", ["sen_support.started"]),
        ("", "N", []),
        ("N", "K", ["sen_support.started"]),
        ("K", "N", ["sen_support.changed"]),
        ("S", "E", ["sen_support.changed"]),
    ],
)
def test_only_a_change_of_provision_is_told(before, after, expected):
    """A blank makes nothing; from nothing to something is a start."""
    first = csv_of([pupil(1, senprovision=before)])
    found = told(csv_of([pupil(1, senprovision=after)]), before=[first])

    assert list(types(found)) == expected


def test_a_change_in_another_column_makes_no_event():
    """Only what a type knows is told."""
    first = csv_of([pupil(1)])

    assert told(csv_of([pupil(1, boarder="B", sourceid="x")]), before=[first]) == []


def test_a_correction_of_an_admission_supersedes_it():
    """The same record, the next version."""
    first = csv_of([pupil(1)])
    [again] = told(csv_of([pupil(1, entrydate="2024-09-04")]), before=[first])
    [admitted, _] = told(first)

    assert again.sourcerecord == admitted.sourcerecord
    assert again.sourceversion > admitted.sourceversion


def test_leavers_exclusions_and_needs():
    """Each table says its own; needs are one list a pupil, in the order of rank."""
    found = told(
        csv_of([leaver(2)]),
        csv_of([exclusion(1, "x1"), exclusion(1, "x2", category="PERM")]),
        csv_of([need(1, 2, "SLCN"), need(1, 1, "ASD")]),
    )

    assert types(found) == {
        "school.leaver": 1,
        "school.suspension": 1,
        "school.exclusion": 1,
        "sen_support.changed": 1,
    }
    by_type = {one.type: one for one in found}
    assert by_type["sen_support.changed.v1"].data["needs"] == ["ASD", "SLCN"]
    assert by_type["school.suspension.v1"].data["sessions"] == 4
    assert by_type["school.leaver.v1"].occurred == "2025-12-12"


@pytest.mark.parametrize("number", ["A931123424001", "not-a-upn", "X80120000A001"])
def test_a_bad_upn_is_a_warning_and_links_nobody(number):
    """The row is taken in under the feed's own key, without the number."""
    [said] = judged(read(part(csv_of([pupil(1, upn=number)]))))

    assert not said.failed
    assert [one.column for one in said.findings] == ["upn"]
    person = said.row.carried["person"]
    assert person["local_id"] == "feed/990001/t000001"
    assert "upn" not in person


def test_a_retired_code_is_taken_in_with_a_warning():
    """It travels as it is, with its code system."""
    [said] = judged(read(part(csv_of([exclusion(1, "x", category="FIXD")]))))

    assert not said.failed
    assert "retired" in said.findings[0].rule


def test_a_code_of_no_list_fails_its_row_alone():
    """Each says the column, the rule and what to do; never the value in the rule."""
    content = csv_of([need(1, 1, "73e987da"), need(1, 2, "ASD")])
    said = judged(read(part(content)))

    assert [one.failed for one in said] == [True, False]
    [finding] = said[0].findings
    assert (finding.column, finding.value) == ("sentype", "73e987da")
    assert "73e987da" not in finding.rule + finding.remedy
    assert said[1].row.known == {"needs": "ASD"}


def test_a_return_of_one_person():
    """Request, decision, plan, placement, review and needs, about the person."""
    found = told(*(csv_of(records) for records in SEN2.values()))

    assert types(found) == {
        "ehcna.requested": 1,
        "ehcna.decided": 1,
        "ehcp.final_issued": 1,
        "ehcp.placement_named": 1,
        "annual_review.held": 1,
        "annual_review.decided": 1,
        "school.admission": 1,
        "sen_support.changed": 1,
    }
    assert {one.person["upn"] for one in found} == {"M931123424001"}
    final = next(one for one in found if one.type == "ehcp.final_issued.v1")
    assert (final.occurred, final.data["week20_exception"]) == ("2025-07-18", False)


NESTED = b"""<Message xmlns="urn:other"><Header><CollectionDetails>
<Collection>SEN2</Collection><ReferenceDate>2026-01-15</ReferenceDate>
</CollectionDetails></Header><Persons><Person>
<Requests><RequestOutcome>Y</RequestOutcome><ReceivedDate>2025-03-03</ReceivedDate>
<Assessment><Week20>0</Week20><NamedPlan><StartDate>2025-07-18</StartDate>
<PlanDetail><URN>990001</URN></PlanDetail></NamedPlan></Assessment>
<ActivePlans><SENneed><SENtype>ASD</SENtype><SENtypeRank>1</SENtypeRank></SENneed>
</ActivePlans></Requests>
<UPN>M931123424001</UPN><PersonBirthDate>2015-05-04</PersonBirthDate>
</Person></Persons></Message>"""


def test_the_same_return_as_xml():
    """Namespaces and the order of elements say nothing."""
    found = told(NESTED)

    assert types(found)["ehcp.final_issued"] == 1
    assert types(found)["ehcp.placement_named"] == 1
    assert {one.person["date_of_birth"] for one in found} == {"2015-05-04"}


TRANSFER = b"""<CTfile><CTFpupilData><Pupil><BasicDetails>
<LegalSurname>Vale</LegalSurname></BasicDetails><UPN>M931123424001</UPN>
<DOB>2015-05-04</DOB><SENhistory><SEN><StartDate>2024-01-08</StartDate>
<SENprovision>K</SENprovision></SEN></SENhistory></Pupil></CTFpupilData>
<Header><DateTime>2026-01-09T10:00:00</DateTime><SourceSchool><LEA>931</LEA>
<Estab>4000</Estab><URN>990001</URN></SourceSchool><DestSchool><LEA>XXX</LEA>
<Estab>XXXX</Estab></DestSchool></Header></CTfile>"""


def test_a_transfer_file_of_any_order():
    """The record moves on, and what support there was goes with it."""
    moved, supported = told(TRANSFER)

    assert (moved.type, moved.occurred) == ("school.transferred.v1", "2026-01-09")
    assert moved.data["from_school"] == "urn:dfe:urn:990001"
    assert supported.occurred == "2024-01-08"
    assert moved.person["family_name"] == "Vale"


IN_NEED = b"""<Message><Header><CollectionDetails><Collection>CIN</Collection>
<ReferenceDate>2026-03-31</ReferenceDate></CollectionDetails></Header><Children><Child>
<ChildIdentifiers><LAchildID>C1</LAchildID><UPN>A123456789123</UPN>
<PersonBirthDate>2015-05-04</PersonBirthDate></ChildIdentifiers>
<CINdetails><CINreferralDate>2025-05-06</CINreferralDate>
<ReferralSource>1A</ReferralSource>
<CINPlanDates><CINPlanStartDate>2025-06-01</CINPlanStartDate>
<CINPlanEndDate>2025-09-01</CINPlanEndDate></CINPlanDates>
<ChildProtectionPlans><CPPstartDate>2025-07-01</CPPstartDate></ChildProtectionPlans>
</CINdetails></Child></Children></Message>"""


def test_children_in_need_say_that_plans_run_and_never_why():
    """A child protection plan is safeguarding, and drives no clock."""
    found = told(IN_NEED)

    assert types(found) == {
        "social_care.referral_received": 1,
        "social_care.plan_started": 2,
        "social_care.plan_ended": 1,
    }
    said = {one.data.get("plan"): one.sensitivity for one in found}
    assert said["child-protection"] == "safeguarding"
    assert all("upn" not in one.person for one in found)


def test_what_a_return_no_longer_says_is_withdrawn():
    """A referral whose date moved is another record; the first is taken back whole."""
    kept = dict(_kept([IN_NEED]))
    moved = read(part(IN_NEED.replace(b"2025-05-06", b"2025-05-07")))
    found = {}
    for (name, own), one in kept.items():
        if key_of(own) in moved.keys[name]:
            continue
        table = moved.delivery.layout.table(name)
        one.said.update({"referral": 1, "start": 2, "start-withdrawn": 3, "end": 4})
        change = removed(own, one).change
        found[name] = [e for _, e in telling.events(change, table, SPEAKER)]

    assert found.keys() == {"referral", "cinplan", "protectionplan"}
    assert moved.missed == ["child", "referral", "cinplan", "protectionplan"]
    taken_back = [one["data"]["withdraws"] for one in found["referral"]]
    assert [one["sourceversion"] for one in taken_back] == [1, 4]
    assert taken_back[0]["sourcerecord"] == "feed/referral/C1/2025-05-06/referral"
    for event in chain.from_iterable(found.values()):
        assert to_statement(event, sender=COUNCIL, place=1).type == "event.withdrawn.v1"


def test_a_list_of_needs_that_is_gone_takes_nothing_back():
    """It was a state of its day, and no record names it."""
    [(key, one)] = [
        item
        for item in _kept(csv_of(records) for records in SEN2.values())
        if item[0][0] == "senneed"
    ]
    one.said["needs"] = 1
    change = removed(key[1], one).change
    table = sen2.LAYOUT.table("senneed")

    assert list(telling.events(change, table, SPEAKER)) == []


def test_a_crosswalk_states_that_two_numbers_are_one_child():
    """Headings as people write them; a wrong number fails its row here."""
    row = {
        "UPN": upn(7),
        "NHS number": nhs_number(7),
        "Traced on": "03/02/2026",
        "Method": "PDS trace",
    }
    wrong = row | {"NHS number": "9990000000"}
    [said] = told(csv_of([row]))

    assert (said.type, said.occurred) == ("person.identified.v1", "2026-02-03")
    assert said.person == {"upn": upn(7), "nhs_number": nhs_number(7)}
    assert said.data["method"] == "PDS trace"
    assert judged(read(part(csv_of([wrong]))))[0].failed
    assert judged(read(part(csv_of([row | {"Method": "x" * 41}]))))[0].failed


def test_a_code_retires_by_the_day_of_the_file():
    """What was in use on that day is no doubt."""
    content = csv_of([exclusion(1, "x", category="FIXD", startdate="2019-11-04")])
    [said] = judged(read(part(content), as_at=date(2019, 12, 1)))

    assert said.findings == []
