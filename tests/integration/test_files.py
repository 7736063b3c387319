"""Files at the door: what differs is told, what fails is set aside, nothing is halved."""

import csv
import io
from uuid import uuid4

from tests.support.agencies import COUNCIL, SCHOOL
from tests.support.local_stack import until
from tests.support.school_files import SEN2, csv_of, leaver, need, pupil

SETTLED = {"done", "held", "refused", "rejected"}


def send(agencies, content, org=COUNCIL, *, request_id=None, **query):
    """Send one file and return the answer."""
    headers = agencies.as_(org) | {
        "X-Request-ID": request_id or str(uuid4()),
        "Content-Type": "text/csv",
    }
    url = agencies.url("education_gateway", "/files")
    return agencies.http.post(url, content=content, params=query, headers=headers)


def settled(agencies, answer, org=COUNCIL):
    """Return the receipt of a delivery once nothing of it is on its way."""
    assert answer.status_code == 202, answer.text
    ref = answer.json()["message_ref"]
    until(lambda: agencies.receipt(ref, org).json()["file"]["state"] in SETTLED)
    if agencies.receipt(ref, org).json()["file"]["state"] != "held":
        return agencies.settled(ref, org)
    return agencies.receipt(ref, org).json()


def taken(agencies, content, **query):
    """Return the receipt of a file that was sent and taken in."""
    return settled(agencies, send(agencies, content, **query))


def report(agencies, ref, *roles, name="report.csv"):
    """Return the report of a delivery as those in *roles* are shown it."""
    url = agencies.url("education_gateway", f"/messages/{ref}/{name}")
    answer = agencies.http.get(url, headers=agencies.as_(COUNCIL, *roles))
    return answer, list(csv.DictReader(io.StringIO(answer.text)))


def pupils(feed, count=8, **changes):
    """Return a census of *count* pupils whom no other test knows."""
    first = 100_000 + sum(feed.encode()) * 100
    return [pupil(first + nth, **changes) for nth in range(count)]


def test_only_what_differs_becomes_events(agencies):
    """The second term tells its changes; the same file again tells nothing."""
    rows = pupils("differs")
    first = taken(agencies, csv_of(rows), feed="differs", as_at="2025-10-02")
    rows[0]["senprovision"] = "E"
    rows[1]["senprovision"] = ""
    rows[2]["boarder"] = "B"
    second = taken(agencies, csv_of(rows[:-1]), feed="differs", as_at="2026-01-15")
    again = taken(agencies, csv_of(rows[:-1]), feed="differs", as_at="2026-01-15")

    assert first["file"]["counts"]["events"] == 16
    told = {(one["type"], one["state"]) for one in second["events"]}
    assert told == {
        ("sen_support.changed.v1", "linked"),
        ("school.leaver.v1", "linked"),
    }
    assert second["file"]["counts"]["others"] == 1
    assert (again["state"], again["events"]) == ("translated", [])


def test_what_was_told_stands_on_the_childs_timeline(agencies):
    """The rows find their child, dated by the file where it says so."""
    [row] = pupils("timeline", 1)
    taken(agencies, csv_of([row]), feed="timeline", as_at="2026-01-15")
    person = {"upn": row["upn"], "date_of_birth": "2015-05-04"}

    shown = agencies.shown(person, 1)
    assert shown[0]["type"] == "school.admission.v1"


def test_the_same_request_has_one_effect(agencies):
    """A repeat gets the first answer; other bytes under its id are a conflict."""
    own = str(uuid4())
    rows = pupils("repeat")
    first = send(agencies, csv_of(rows), feed="repeat", request_id=own)
    again = send(agencies, csv_of(rows), feed="repeat", request_id=own)
    other = send(agencies, csv_of(rows[1:]), feed="repeat", request_id=own)

    assert first.headers["Location"] == f"/messages/{first.json()['message_ref']}"
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 409


def test_rows_that_fail_are_corrected_without_the_rest(agencies):
    """Good rows go through; the others are reported, corrected, and then told."""
    first = pupils("failing", 2)
    own = [
        {**need(1, 1, code), "pupilonrolltableid": p["pupilonrolltableid"]}
        for p, code in zip(first, ["ASD", "autism"], strict=True)
    ]
    said = taken(agencies, csv_of(own), feed="failing", as_at="2026-01-15")
    ref = said["message_ref"]
    shown_to = ("operator", "clinician", "system")
    unseen = [report(agencies, ref, role)[1] for role in shown_to]
    _, seen = report(agencies, ref, "send_officer")
    answer, rows = report(agencies, ref, "send_officer", name="rows.csv")
    mended = answer.text.replace("autism", "SEMH").encode()
    corrected = taken(agencies, mended, feed="failing", corrects=ref)

    assert [one["state"] for one in said["events"]] == ["linked", "refused"]
    for [one] in unseen:
        assert (one["row"], one["column"], one["value"]) == ("3", "sentype", "(hidden)")
    assert seen[0]["value"] == "autism"
    assert seen[0]["state"] == "set aside"
    assert rows[0]["_row"] == "3"
    assert [one["state"] for one in corrected["events"]] == ["linked"]
    assert corrected["file"]["as_at"] == "2026-01-15"
    assert report(agencies, ref)[1][0]["state"] == "corrected"


def test_rows_as_they_came_are_for_those_who_may_see_them(agencies):
    """An operator sees no child; another sender gets what an unknown ref gets."""
    [row] = pupils("private", 1, senprovision="Z")
    said = taken(agencies, csv_of([row]), feed="private")
    ref = said["message_ref"]
    url = agencies.url("education_gateway", f"/messages/{ref}/report.csv")

    assert said["state"] == "refused"
    for role in ("operator", "clinician", "system"):
        assert report(agencies, ref, role, name="rows.csv")[0].status_code == 403
    assert agencies.http.get(url, headers=agencies.as_(SCHOOL)).status_code == 404


def decide(agencies, ref, what, org=COUNCIL, *, role="send_officer"):
    """Release or reject a held delivery, as a person in *role*."""
    url = agencies.url("education_gateway", f"/messages/{ref}/{what}")
    body = {"reason": "a school has closed"}
    return agencies.http.post(url, json=body, headers=agencies.as_(org, role))


def test_a_shrunken_file_is_held_for_a_person(agencies):
    """Nothing of it is told before somebody releases it, and nothing at all if rejected."""
    rows = pupils("shrinks")
    taken(agencies, csv_of(rows), feed="shrinks", as_at="2025-10-02")
    held = taken(agencies, csv_of(rows[:5]), feed="shrinks", as_at="2026-01-15")
    ref = held["message_ref"]

    assert (held["state"], held["reason"], held["events"]) == ("waiting", "held", [])
    assert "3 of 8 records are gone" in held["rule"]
    assert decide(agencies, ref, "release", SCHOOL, role="senco").status_code == 404
    for role in ("clinician", "operator", "system"):
        assert decide(agencies, ref, "reject", role=role).status_code == 403
    assert decide(agencies, ref, "release").status_code == 200
    until(lambda: agencies.receipt(ref).json()["file"]["state"] == "done")
    gone = agencies.settled(ref)["events"]
    assert [one["type"] for one in gone] == ["school.leaver.v1"] * 3

    again = taken(agencies, csv_of(rows[:1]), feed="shrinks", as_at="2026-05-21")
    assert decide(agencies, again["message_ref"], "reject").status_code == 200
    assert agencies.receipt(again["message_ref"]).json()["state"] == "refused"
    assert decide(agencies, again["message_ref"], "release").status_code == 404


def test_an_older_snapshot_is_not_taken_for_a_newer_one(agencies):
    """What it says was true before what is known now."""
    rows = pupils("older")
    taken(agencies, csv_of(rows), feed="older", as_at="2026-01-15")
    said = taken(agencies, csv_of(rows), feed="older", as_at="2025-10-02")

    assert (said["state"], said["reason"]) == ("refused", "out-of-date")
    _, [why] = report(agencies, said["message_ref"], "operator")
    assert (why["state"], why["rule"]) == ("refused", said["rule"])


def test_a_day_to_come_is_refused_and_keeps_nothing_out(agencies):
    """One slip in a date must not close the feed until that day."""
    rows = pupils("to-come")
    slip = send(agencies, csv_of(rows), feed="to-come", as_at="2190-01-15")
    said = taken(agencies, csv_of(rows), feed="to-come", as_at="2026-01-15")

    assert (slip.status_code, slip.json()["errors"][0]["where"]) == (422, "as_at")
    assert said["state"] == "translated"


def in_need(changes, year=2026):
    """Return a *year*'s return of eight children in need, one referral each."""
    children = [
        f"<Child><LAchildID>resent-{nth}</LAchildID><CINdetails><CINreferralDate>"
        f"{changes.get(nth, '2025-05-06')}</CINreferralDate></CINdetails></Child>"
        for nth in range(8)
        if changes.get(nth, "") is not None
    ]
    head = (
        "<Message><Header><CollectionDetails><Collection>CIN</Collection>"
        f"<ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails></Header>"
    )
    return f"{head}<Children>{''.join(children)}</Children></Message>".encode()


def test_a_return_that_comes_again_corrects_what_it_said(agencies):
    """A date that moved takes back the referral of the old one; a return that shrank waits."""
    first = taken(agencies, in_need({}), feed="resent")
    again = taken(agencies, in_need({3: "2025-05-07"}), feed="resent")
    held = taken(agencies, in_need({1: None, 2: None, 4: None}), feed="resent")

    assert first["file"]["counts"]["events"] == 8
    told = [(one["type"], one["state"]) for one in again["events"]]
    assert told == [
        ("social_care.referral_received.v1", "linked"),
        ("event.withdrawn.v1", "linked"),
    ]
    assert (held["file"]["state"], held["where"]) == ("held", "child")
    assert held["rule"].startswith("3 of 8 records are gone")


def test_a_smaller_return_of_a_later_day_is_held_too(agencies):
    """Its records are others, so their number is compared; as many are taken in."""
    later = dict.fromkeys(range(8), "2025-09-07")
    taken(agencies, in_need({}, 2025), feed="yearly")
    held = taken(agencies, in_need(later | {1: None, 2: None, 4: None}), feed="yearly")
    ref = held["message_ref"]
    assert decide(agencies, ref, "reject").status_code == 200
    whole = taken(agencies, in_need(later | {1: None}), feed="yearly")

    assert (held["file"]["state"], held["where"], held["events"]) == (
        "held",
        "child",
        [],
    )
    assert held["rule"].startswith(
        "5 records where 2025-03-31 had 8, more than 25% fewer"
    )
    assert (whole["file"]["state"], len(whole["events"])) == ("done", 7)


def test_a_file_of_no_kind_is_refused_at_the_door(agencies):
    """It is kept, and its sender is told what to do."""
    answer = send(agencies, b"a,b\r\n1,2\r\n", feed="odd")

    assert answer.status_code == 422
    assert "its feed has no mapping" in answer.json()["detail"]
    ref = answer.headers["Location"].removeprefix("/messages/")
    assert agencies.receipt(ref).json()["state"] == "refused"
    _, [why] = report(agencies, ref, "operator")
    assert why["rule"].endswith("its feed has no mapping")
    assert (why["state"], why["what_to_do"][:5]) == ("refused", "Check")


def test_files_that_belong_together_come_in_one_request(agencies):
    """Nine files of a return are one delivery, in whatever order they come."""
    files = [
        ("file", (f"Blade-Export_15-01-2026_{name}.csv", csv_of(rows), "text/csv"))
        for name, rows in reversed(SEN2.items())
    ]
    headers = agencies.as_(COUNCIL) | {"X-Request-ID": str(uuid4())}
    url = agencies.url("education_gateway", "/files")
    answer = agencies.http.post(
        url, files=files, data={"feed": "sen2-2026"}, headers=headers
    )
    said = settled(agencies, answer)

    assert said["file"]["as_at"] == "2026-01-15"
    assert len(said["events"]) == said["file"]["counts"]["events"] == 8
    assert {one["state"] for one in said["events"]} == {"linked"}


def test_a_leaver_is_told_once_whichever_table_says_it_first(agencies):
    """The leavers' own date corrects what was inferred from the roll, or forestalls it."""
    rows = pupils("leaving", 10)
    taken(agencies, csv_of(rows), feed="leaving", as_at="2025-10-02")
    first = int(rows[0]["pupilonrolltableid"][1:])
    forestalled = taken(
        agencies, csv_of([leaver(first)]), feed="leaving", as_at="2026-01-15"
    )
    inferred = taken(agencies, csv_of(rows[2:]), feed="leaving", as_at="2026-01-15")
    corrected = taken(
        agencies, csv_of([leaver(first + 1)]), feed="leaving", as_at="2026-01-15"
    )

    assert [one["type"] for one in forestalled["events"]] == ["school.leaver.v1"]
    assert [one["type"] for one in inferred["events"]] == ["school.leaver.v1"]
    assert [one["state"] for one in corrected["events"]] == ["linked"]
    ref = inferred["message_ref"]
    until(lambda: agencies.receipt(ref).json()["events"][0]["state"] == "superseded")
