"""A publisher's repairs reach the trial, the flag of the event and what is passed on."""

from datetime import date
from pathlib import Path

import orjson
import pytest

from services.health_gateway.rules import Media, Repairs
from services.health_gateway.store.tables import tables
from services.health_gateway.translate import (
    Asked,
    Heard,
    retold,
    submission,
    tried,
    unwrapped,
)
from services.runtime.settings import CONTRACTS
from tests.support.bars import body_of, referral_bundle, resource_of
from tests.support.golden import FOLDER
from tests.support.resources import service_request

WORDS = ("wrap:ServiceRequest.basedOn",)
TABLES = tables(Path(CONTRACTS))
HEARD = Heard("urn:ods:RNU", "2026-03-02T12:00:00Z", "", TABLES)


def wrong():
    """Return a referral that sends one reference without its array."""
    bundle = referral_bundle()
    resource_of(bundle, "ServiceRequest")["basedOn"] = {"reference": "CarePlan/x"}
    return orjson.dumps(bundle)


def test_without_the_repair_it_would_be_refused():
    """Strict is the rule."""
    assert tried(wrong(), HEARD).verdict == "refused"


def test_a_repair_is_told_and_travels_with_the_event():
    """The sender reads where and how; the event says that there was one."""
    trial = tried(wrong(), HEARD, repairs=Repairs(WORDS))

    assert trial.verdict == "accepted"
    assert "basedOn: This was read as an array of one" in trial.repairs[0]
    assert "repaired" in trial.warnings
    assert all("repaired" in one.flags for one in trial.statements)


def test_the_translator_flags_what_the_door_repaired():
    """What is passed on says so, for the translator sees nothing else."""
    content = submission(wrong(), HEARD, Asked(), repairs=Repairs(WORDS))
    [piece] = [one for one in content.pieces if one.statements]

    again = retold(piece.value, HEARD, piece.place)

    assert [one.flags for one in again] == [one.flags for one in piece.statements]
    assert all("repaired" in one.flags for one in again)


def test_nobody_has_repairs_who_has_no_list():
    """Off unless a publisher's own file says otherwise."""
    assert not TABLES.repairs("urn:ods:RNU", date(2026, 3, 2))
    assert not TABLES.repairs("urn:ods:X26", date(2026, 3, 2))


def test_a_trial_says_that_an_answer_is_not_looked_up():
    """Whether there was such a request is known only where it is sent."""
    answer = (FOLDER / "bars_response_rejected.fhir.json").read_bytes()

    assert "response-not-checked" in tried(answer, HEARD).warnings
    assert (
        "response-not-checked" not in tried(body_of(referral_bundle()), HEARD).warnings
    )


def test_what_is_wrapped_in_parameters_is_tried_itself():
    """As FHIR's own clients call the operation, in JSON and in XML."""
    referral = service_request("pat-1", "sr-1")
    mode = {"name": "mode", "valueCode": "create"}
    said = [mode, {"name": "resource", "resource": referral}]
    sent = orjson.dumps({"resourceType": "Parameters", "parameter": said})
    written = (
        b'<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="resource"/>'
        b'<resource><Patient><active value="true"/></Patient></resource></parameter>'
        b"</Parameters>"
    )
    body, media = unwrapped(sent, Media.JSON)
    [said] = tried(body, HEARD, media=media).statements

    assert said.type == "referral.received.v1"
    assert unwrapped(written, Media.XML) == (
        b'{"resourceType":"Patient","active":true}',
        Media.JSON,
    )


@pytest.mark.parametrize(
    "sent",
    [
        b'{"resourceType":"Parameters"}',
        b'{"resourceType":"Parameters","parameter":"resource"}',
        b'{"resourceType":"Parameters","parameter":["x",{"name":"mode"}]}',
        b'{"resourceType":"Parameters","parameter":[{"name":"resource"}]}',
        b'{"resourceType":"Basic","parameter":[{"name":"resource","resource":{}}]}',
        b'{"resourceType":"Parameters"',
        b'["Parameters"]',
    ],
)
def test_parameters_without_a_resource_are_tried_as_they_are(sent):
    """Nothing is taken out of what wraps nothing."""
    assert unwrapped(sent, Media.JSON) == (sent, Media.JSON)
