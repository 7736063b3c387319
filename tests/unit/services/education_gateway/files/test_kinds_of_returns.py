"""What returns and transfer files say, as tables or as XML: the events they make."""

from itertools import chain

import pytest

from services.education_gateway.translate import to_statement
from services.education_gateway.translate.files import sen2, telling
from services.runtime.snapshots.comparing import key_of, removed
from tests.support.agencies import COUNCIL
from tests.support.school_files import (
    SEN2,
    csv_of,
    part,
    read,
)
from tests.support.told_files import SPEAKER, kept, told, types


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


@pytest.mark.parametrize("stages", ["AKE", "EKA"])
def test_the_last_of_several_stages_of_support_is_told(stages):
    """Whatever their order, and whatever else in the record has begun."""
    since = {"A": "2013-09-02", "K": "2014-09-01", "E": "2019-03-04"}
    history = "".join(
        f"<SEN><StartDate>{since[code]}</StartDate><SENprovision>{code}</SENprovision></SEN>"
        for code in stages
    )
    other = "<Support><StartDate>2001-01-01</StartDate></Support>"
    before, rest = TRANSFER.split(b"<SENhistory>")
    _, after = rest.split(b"</SENhistory>")
    text = b"%s%s<SENhistory>%s</SENhistory>%s"
    _, supported = told(text % (before, other.encode(), history.encode(), after))

    assert supported.occurred == "2019-03-04"
    assert supported.data["provision_to"] == "E"


def test_what_has_begun_besides_is_not_the_day_of_support():
    """A provision without a date of its own has none."""
    other = b"<Support><StartDate>2001-01-01</StartDate></Support>"
    text = TRANSFER.replace(b"<StartDate>2024-01-08</StartDate>", b"")
    _, supported = told(text.replace(b"<SENhistory>", other + b"<SENhistory>"))

    assert (supported.occurred, supported.occurredprecision) == ("2026-01-15", "by")


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
    was = dict(kept([IN_NEED]))
    moved = read(part(IN_NEED.replace(b"2025-05-06", b"2025-05-07")))
    found = {}
    for (name, own), one in was.items():
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
        for item in kept(csv_of(records) for records in SEN2.values())
        if item[0][0] == "senneed"
    ]
    one.said["needs"] = 1
    change = removed(key[1], one).change
    table = sen2.LAYOUT.table("senneed")

    assert list(telling.events(change, table, SPEAKER)) == []
