"""The SEN2 return: which children, which outcomes, and the 20-week measure."""

import csv
import io
from collections import Counter
from datetime import date, datetime

import pytest
from lxml import etree

from deploy.returns import files, sen2
from deploy.returns.cases import record_of
from deploy.returns.measures import measures
from deploy.returns.persons import Person
from deploy.returns.tables import TABLES, Collection
from services.education_gateway.translate.files import opening
from services.education_gateway.translate.files.opening import Part
from services.education_gateway.translate.files.trying import tried
from tests.support.agencies import upn

COUNCIL = "urn:dfe:la:931"
SCHOOL = "urn:dfe:urn:991001"
COLLECTION = Collection(2026, "931")


def entry(kind, on, talk="one", source=COUNCIL, **data):
    """Return an entry as the timeline shows it."""
    return {
        "type": kind,
        "occurred": on,
        "correlationid": talk,
        "source": source,
        "data": data,
    }


def requested(on, talk="one", **data):
    """Return a request that the council received."""
    said = {"received_on": on, "request_source": "2"} | data
    return entry("ehcna.requested.v1", on, talk, **said)


def decided(on, decision="assess", talk="one"):
    """Return the council's decision."""
    return entry("ehcna.decided.v1", on, talk, decision=decision, notified_on=on)


def final(on, talk="one", **data):
    """Return the final plan."""
    said = {"issued_on": on, "school": SCHOOL} | data
    return entry("ehcp.final_issued.v1", on, talk, **said)


def person(row=2, **rest):
    """Return a row of the council's persons."""
    return Person(row, f"P{row}", "Vale", "Ann", date(2018, 5, 4), rest)


def made(*told):
    """Return the rows of a return about these children's entries."""
    records = [
        (person(row), record_of(entries, COUNCIL))
        for row, entries in enumerate(told, 2)
    ]
    return sen2.returned(COLLECTION, records)


def test_the_reference_date_is_the_third_thursday_of_january():
    """As the DfE sets it."""
    assert Collection(2026, "931").reference == date(2026, 1, 15)
    assert Collection(2025, "931").reference == date(2025, 1, 16)


def test_a_plan_of_the_year_has_its_whole_path():
    """Request, assessment and plan hang on one another by their ids."""
    rows = made(
        [
            requested("2025-02-03"),
            decided("2025-03-10"),
            final("2025-06-20", starts_on="2025-06-23"),
            entry(
                "annual_review.held.v1", "2026-01-08", "r", SCHOOL, held_on="2026-01-08"
            ),
        ]
    ).rows

    assert rows["requests"][0]["receiveddate"] == "2025-Feb-03 00:00:00"
    assert rows["requests"][0]["requestoutcome"] == "Y"
    assert rows["requests"][0]["requestoutcomedate"] == "2025-Mar-10 00:00:00"
    assert rows["assessment"][0]["assessmentoutcome"] == "Y"
    assert rows["namedplan"][0]["startdate"] == "2025-Jun-23 00:00:00"
    assert rows["plandetail"][0]["urn"] == "991001"
    assert rows["activeplans"][0]["reviewmeeting"] == "2026-Jan-08 00:00:00"
    assert rows["namedplan"][0]["assessmenttableid"] == "1"


@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        ([requested("2025-12-01")], "A"),
        ([requested("2025-12-01"), decided("2026-01-12")], "A"),
        ([requested("2025-11-01"), decided("2025-12-01", "refuse")], "N"),
        ([requested("2024-11-20"), decided("2024-12-20")], "H"),
    ],
)
def test_what_became_of_a_request(entries, outcome):
    """Awaited, refused, or decided before the year; what comes later is not told."""
    assert made(entries).rows["requests"][0]["requestoutcome"] == outcome


@pytest.mark.parametrize(
    "entries",
    [
        [requested("2026-01-05")],
        [requested("2024-02-01"), decided("2024-03-01", "refuse")],
        [
            requested("2023-02-01"),
            decided("2023-03-01"),
            final("2023-06-01"),
            entry("ehcp.ceased.v1", "2024-07-31", ceased_on="2024-07-31"),
        ],
    ],
)
def test_what_the_year_does_not_ask_for(entries):
    """Requests after it, and cases that were closed before it."""
    assert made(entries).rows["person"] == []


def test_another_councils_request_is_not_ours():
    """A child who moved brings no request of ours."""
    theirs = entry(
        "ehcna.requested.v1",
        "2025-02-01",
        "two",
        "urn:dfe:la:998",
        received_on="2025-02-01",
    )

    assert made([theirs]).rows["person"] == []


def test_an_old_plan_without_a_request_is_historical():
    """A plan that was there before the first event is returned as in force."""
    rows = made([final("2019-05-01")]).rows

    assert rows["requests"][0]["requestoutcome"] == "H"
    assert rows["assessment"][0]["assessmentoutcome"] == "H"
    assert len(rows["activeplans"]) == 1


def test_a_dispute_belongs_to_the_decision_before_it():
    """Mediation after a refusal to assess is told with the request."""
    held = entry("dispute.mediation_held.v1", "2025-04-10", held_on="2025-04-10")
    refused = [requested("2025-01-06"), decided("2025-02-10", "refuse"), held]
    planned = [
        requested("2025-01-06"),
        decided("2025-02-10"),
        final("2025-03-20"),
        held,
    ]
    one, other = made(refused).rows, made(planned).rows

    assert one["requests"][0]["requestmediation"] == "1"
    assert one["requests"][0]["requesttribunal"] == "0"
    assert other["requests"][0]["requestmediation"] == "0"
    assert other["assessment"][0]["assessmentmediation"] == "0"
    assert other["assessment"][0]["othermediation"] == "1"


def test_two_requests_for_one_child_keep_their_own_answers():
    """Each case has its own course; without one, the oldest open one is answered."""
    rows = made(
        [
            requested("2025-01-06", "a"),
            decided("2025-02-10", "refuse", "a"),
            requested("2025-03-03", "b"),
            decided("2025-04-07", "assess", "c"),
        ]
    ).rows

    assert [row["requestoutcome"] for row in rows["requests"]] == ["N", "Y"]


def test_the_measures_are_reckoned_from_the_rows():
    """With and without exceptions, of the plans that began in the year."""
    rows = made(
        [requested("2025-01-06"), decided("2025-02-17"), final("2025-05-26")],
        [requested("2025-01-06"), decided("2025-02-18"), final("2025-05-27")],
        [
            requested("2025-01-06"),
            decided("2025-02-10"),
            final("2025-09-01", week20_exception=True),
        ],
        [requested("2024-09-02"), decided("2024-10-07"), final("2025-01-20")],
        [requested("2025-06-02")],
        [final("2020-01-01")],
    )
    found = measures(COLLECTION, rows)

    assert found == {
        "requests": 4,
        "decisions": 3,
        "decisions_in_6_weeks": 2,
        "plans": 4,
        "in_20_weeks": 2,
        "in_20_weeks_pc": 50.0,
        "plans_without_exceptions": 3,
        "in_20_weeks_without_exceptions": 2,
        "in_20_weeks_without_exceptions_pc": 66.7,
        "active_plans": 5,
    }


def test_the_files_are_the_nine_tables_and_the_same_as_xml(tmp_path):
    """Every table has its columns, and XML nests the same records."""
    rows = made([requested("2025-02-03"), decided("2025-03-10"), final("2025-06-20")])
    at = datetime(2026, 1, 20, 9, 0)  # noqa: DTZ001
    paths = files.write(tmp_path, COLLECTION, rows, {"dmo": "Yes"}, at)
    csvs = [path for path in paths if path.suffix == ".csv"]
    [xml] = [path for path in paths if path.suffix == ".xml"]
    root = etree.parse(xml).getroot()

    assert len(csvs) == 9
    for name, items in TABLES.items():
        with (tmp_path / f"Blade-Export_20-01-2026_{name}.csv").open(
            encoding="utf-8-sig"
        ) as file:
            assert set(items) <= set(next(csv.reader(file)))
    assert root.findtext("Header/Source/LEA") == "931"
    assert root.findtext(".//Requests/Assessment/NamedPlan/StartDate") == "2025-06-20"
    assert root.findtext(".//Requests/ActivePlans/PlacementDetail/URN") == "991001"


def test_a_review_is_written_with_every_date_as_collect_has_it(tmp_path):
    """The day of the notice of amendments as well, in the table and in the document."""
    life = [
        *(requested("2024-02-03"), decided("2024-03-10"), final("2024-06-20")),
        entry("annual_review.held.v1", "2025-11-10", held_on="2025-11-10"),
        entry(
            "annual_review.decided.v1",
            "2025-12-01",
            decision="amend",
            amendments_notice_on="2025-12-15",
        ),
    ]
    rows = made(life)
    at = datetime(2026, 1, 20, 9, 0)  # noqa: DTZ001
    *_, xml = files.write(tmp_path, COLLECTION, rows, {}, at)

    [review] = rows.rows["activeplans"]
    assert review["reviewdraft"] == "2025-Dec-15 00:00:00"
    assert etree.parse(xml).findtext(".//ReviewDraft") == "2025-12-15"


@pytest.mark.parametrize("suffix", [".csv", ".xml"])
def test_what_is_written_is_read_again(tmp_path, suffix):
    """Our own reader takes the return, row for row, with nothing to set aside."""
    amended = entry("ehcp.amended_final.v1", "2025-09-01", issued_on="2025-09-01")
    lives = (
        [requested("2025-02-03"), decided("2025-03-10"), final("2025-06-20"), amended],
        [requested("2025-02-03"), decided("2025-03-10", "refuse")],
        [final("2019-05-01")],
    )
    rows = sen2.returned(
        COLLECTION,
        [
            (person(row, upn=upn(row)), record_of(life, COUNCIL))
            for row, life in enumerate(lives, 2)
        ],
    )
    at = datetime(2026, 1, 20, 9, 0)  # noqa: DTZ001
    paths = files.write(tmp_path, COLLECTION, rows, {"dmo": "Yes"}, at)
    parts = [
        Part(path.name, io.BytesIO(path.read_bytes()))
        for path in paths
        if path.suffix == suffix
    ]

    delivery = opening.delivery(parts)
    found = tried(delivery, sender=COUNCIL, feed="sen2", as_at=date(2026, 1, 15))

    assert (found.kind, found.failed, found.findings) == ("sen2", 0, [])
    assert found.rows == sum(map(len, rows.rows.values()))
    assert delivery.as_at == COLLECTION.reference
    types = Counter(one.type for one in found.events)
    assert types["ehcna.requested.v1"] == 2  # of the oldest plan no request is known
    assert types["ehcp.final_issued.v1"] == len(rows.rows["namedplan"])


def test_a_cell_is_never_a_formula(tmp_path):
    """A name that begins like one is written as text."""
    record = record_of([requested("2025-02-03")], COUNCIL)
    evil = Person(2, "P2", "=1+1", "@SUM(A1)", date(2018, 5, 4), {})
    rows = sen2.returned(COLLECTION, [(evil, record)])
    at = datetime(2026, 1, 20, 9, 0)  # noqa: DTZ001
    files.write(tmp_path, COLLECTION, rows, {}, at)
    text = (tmp_path / "Blade-Export_20-01-2026_person.csv").read_text("utf-8-sig")

    assert "'=1+1" in text
    assert "'@SUM(A1)" in text
