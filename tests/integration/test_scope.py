"""What is outside the scope of its sender is counted, and is nowhere on any disk."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from services.runtime.intake.scope_rules import cohort_lines
from tests.support.agencies import COUNCIL, TRUST, event, nhs_number, somebody, upn
from tests.support.local_stack import fetch, until
from tests.support.narrow import Narrow
from tests.support.on_disk import numbers_on_disk, texts_on_disk
from tests.support.resources import bundle_of, patient, reference_to, service_request
from tests.support.school_files import csv_of, pupil

FIRST = 50_000
"""Numbers of this test begin here, so that no other test has written them."""


@pytest.fixture(scope="module")
def narrow(agencies, tmp_path_factory):
    """Gateways that hear of every tenth of our children."""
    made = Narrow(agencies, tmp_path_factory.mktemp("narrow"))
    listed = [nhs_number(FIRST + n) for n in range(0, 40_000, 10)]
    made.list_only([*listed, *(f"upn,{upn(FIRST + n)}" for n in range(0, 400, 10))])
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("count", "listed"), [(40, 4), pytest.param(10_000, 300, marks=pytest.mark.long)]
)
def test_nothing_of_a_child_outside_is_kept(narrow, count, listed):
    """Of all messages those about listed children are kept, the others are a number."""
    before = narrow.counted("health_gateway", TRUST)
    start = FIRST if count < 1000 else FIRST + 1000
    inside = [start + 10 * n for n in range(listed)]
    outside = [start + 10 * n + 1 + m for n in range(listed * 40) for m in range(9)]
    sent = inside + outside[: count - listed]
    with ThreadPoolExecutor(4) as pool:
        answers = dict(zip(sent, pool.map(narrow.refer, sent), strict=True))

    kept = [n for n in sent if "Location" in answers[n].headers]
    assert kept == inside
    assert {answers[n].status_code for n in sent} == {200}
    issues = [answers[n].json()["issue"] for n in sent if n not in kept]
    assert {i[0]["severity"] for i in issues} == {"information"}
    told = narrow.counted("health_gateway", TRUST) - before
    assert told == count - listed
    [row] = asyncio.run(
        fetch(narrow.stack.dsn, "SELECT pg_switch_wal()::text AS switched")
    )
    assert row["switched"]
    numbers = {nhs_number(n): n for n in sent}
    found = numbers_on_disk(narrow.stack.data) & numbers.keys()
    assert found == {number for number, n in numbers.items() if n in kept}


def test_an_array_is_kept_without_what_is_outside(narrow):
    """The answer names every place; bytes and receipt hold the listed child's alone."""
    one, other = (somebody(nhs_number=nhs_number(FIRST + n)) for n in (20, 21))
    other["local_id"] = f"LOCAL-{uuid4()}"
    events = [event(p, "concern.raised.v1") for p in (other, one)]
    answer = narrow.publish([*events, {"id": other["local_id"]}])

    assert answer.status_code == 202
    said = answer.json()
    assert [i["status"] for i in said["items"]] == [
        "out-of-scope",
        "accepted",
        "refused",
    ]
    receipt = narrow.agencies.settled(said["message_ref"])
    assert [(e["place"], e["state"]) for e in receipt["events"]] == [(1, "linked")]
    assert texts_on_disk(narrow.stack.data, [other["local_id"]]) == set()


def test_a_child_once_listed_is_known_by_its_senders_own_id(narrow):
    """Later messages need not carry the number that the list has."""
    person = somebody(nhs_number=nhs_number(FIRST + 30), upn=None)
    bare = {"local_id": person["local_id"]}
    first = narrow.publish(event(bare, "concern.raised.v1"))
    narrow.agencies.settled(
        narrow.publish(event(person, "concern.raised.v1")).json()["message_ref"]
    )
    again = narrow.publish(event(bare, "concern.raised.v1"))

    assert (first.status_code, first.json()["message_ref"]) == (200, None)
    assert again.status_code == 202


def test_what_cannot_be_judged_is_not_kept(narrow):
    """A body that nobody can read is refused, counted and kept nowhere."""
    before = narrow.counted("education_gateway", COUNCIL)
    marker = f"LOCAL-{uuid4()}"
    answer = narrow.publish({"id": marker, "type": "unknown"})

    assert answer.status_code == 422
    assert "Location" not in answer.headers
    assert narrow.counted("education_gateway", COUNCIL) == before + 1
    assert texts_on_disk(narrow.stack.data, [marker]) == set()


def test_a_list_is_read_again_when_it_changes(narrow):
    """Who joins the cohort is heard of from then on, without a restart."""
    nth = FIRST + 35
    assert "Location" not in narrow.refer(nth).headers
    held = narrow.cohort.read_text()
    key = narrow.stack.surroundings().secret.encode()[:64]
    narrow.cohort.write_text(held + "\n" + cohort_lines(key, [nhs_number(nth)])[0])

    until(lambda: "Location" in narrow.refer(nth).headers)


def of_pupils(*numbers, **changes):
    """Return a census of pupils whose names and ids are on no disk."""
    marks = [f"Zq{uuid4().hex}" for _ in numbers]
    rows = [
        pupil(FIRST + n, surname=mark, sourceid=mark) | changes
        for n, mark in zip(numbers, marks, strict=True)
    ]
    return rows, marks


def test_a_file_is_kept_without_the_rows_that_are_outside(narrow):
    """Rows keep their numbers; of the others a number is kept, and the way is free."""
    before = narrow.counted("education_gateway", COUNCIL)
    rows, marks = of_pupils(101, 110, 111, 112, 120)
    rows.append(pupil(FIRST + 113, upn="", pupilonrolltableid="", NativeId=""))
    answer = narrow.send_file(csv_of(rows), feed="narrow", as_at="2026-01-15")

    assert answer.status_code == 202
    said = answer.json()
    assert (said["out_of_scope"], said["unreadable"]) == (3, 1)
    receipt = narrow.taken(answer)
    assert {one["place"] for one in receipt["events"]} == {3, 6}
    assert receipt["file"]["counts"]["rows"] == 2
    assert narrow.counted("education_gateway", COUNCIL) == before + 4
    assert texts_on_disk(narrow.stack.data, marks) == {marks[1], marks[4]}


def test_files_wholly_outside_or_unreadable_are_a_number(narrow):
    """Nothing to follow, nothing on any disk."""
    before = narrow.counted("education_gateway", COUNCIL)
    rows, marks = of_pupils(131, 132)
    outside = narrow.send_file(csv_of(rows), feed="beyond")
    broken = narrow.send_file(csv_of(rows)[:-20], feed="beyond")

    assert (outside.status_code, outside.json()["message_ref"]) == (200, None)
    assert broken.status_code == 422
    assert "Location" not in outside.headers
    assert "Location" not in broken.headers
    assert narrow.counted("education_gateway", COUNCIL) == before + 3
    assert texts_on_disk(narrow.stack.data, marks) == set()


def test_who_is_left_out_of_a_file_has_not_left_the_school(narrow):
    """Absence speaks of those alone of whom the sender may still tell."""
    rows, _ = of_pupils(*range(140, 200, 10), 151, 152)
    narrow.taken(narrow.send_file(csv_of(rows), second=False, feed="narrows"))
    with narrow.alone():
        answer = narrow.send_file(csv_of(rows[1:]), feed="narrows")
        narrow.until_done(answer)
    receipt = narrow.taken(answer)

    assert [one["type"] for one in receipt["events"]] == ["school.leaver.v1"]
    assert receipt["file"]["counts"]["forgotten"] == 2


def clinic(person, own):
    """Return a child with a referral, and two entries that put them."""
    named = reference_to(f"{own}-patient")
    return patient(person, f"{own}-patient"), service_request("-", own, subject=named)


def test_a_batch_is_kept_without_the_entries_that_are_outside(narrow):
    """Each entry is answered; bytes and receipt hold the listed child's alone."""
    one, other = (
        somebody(
            nhs_number=nhs_number(FIRST + n), local_id=f"LOCAL-{uuid4()}", upn=None
        )
        for n in (201, 210)
    )
    outside, inside = clinic(one, f"sr-{uuid4()}"), clinic(other, f"sr-{uuid4()}")
    before = narrow.counted("health_gateway", TRUST)
    wrong = {"resourceType": "Observation"}
    answer = narrow.put_all(bundle_of("batch", *outside, *inside, wrong))

    assert answer.status_code == 200
    said = [entry["response"] for entry in answer.json()["entry"]]
    assert [one["status"][:3] for one in said] == ["200", "200", "201", "201", "400"]
    receipt = narrow.heard(answer)
    assert {e["place"] for e in receipt["events"]} == {2, 3}
    assert {e["state"] for e in receipt["events"]} == {"linked"}
    assert narrow.counted("health_gateway", TRUST) == before + 3
    found = texts_on_disk(narrow.stack.data, [one["local_id"], other["local_id"]])
    assert found == {other["local_id"]}
    mixed = narrow.put_all(bundle_of("collection", *outside, *inside))
    assert mixed.status_code == 400
    assert "batch" in mixed.json()["issue"][0]["diagnostics"]
    alone = narrow.put_all(bundle_of("batch", *outside))
    assert (alone.status_code, "Location" in alone.headers) == (200, False)
