"""Notices of MNS and NEMS: whom they are about, what comes first, what is refused."""

import json
import os
import random
from pathlib import Path

import pytest
from fhir.resources.STU3 import get_fhir_model_class

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules.elements import Release
from services.health_gateway.rules.structure import accepts
from services.health_gateway.rules.xml_text import read_xml
from services.health_gateway.translate import retold
from services.health_gateway.translate.notices import Notifier, noticed, service_of
from tests.support import mns, nems
from tests.support.fhir import heard
from tests.support.golden import FOLDER
from tests.support.resources import with_value

CORPUS = Path(os.environ.get("THROUGHLINE_CORPUS", "/nonexistent"))
NEMS = sorted([*FOLDER.glob("*.nems.xml"), *(CORPUS / "nems").glob("*.xml")])
MNS = sorted([*FOLDER.glob("*.mns.json"), *(CORPUS / "mns").rglob("*.json")])
MUTANTS = 400
OLD = "9990000018"


def said(body, service=Notifier.NEMS):
    """Return the one statement of a notice."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    [found] = noticed(raw, heard(), service).pieces[0].statements
    return found


def refused(body, service=Notifier.NEMS):
    """Return why a notice is refused."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(FhirRefused) as found:
        noticed(raw, heard(), service)
    return found.value


def test_every_example_is_known_for_what_it_is():
    """Of each file it is seen whose notice it is, and none is refused."""
    for service, files in ((Notifier.NEMS, NEMS), (Notifier.MNS, MNS)):
        for path in files:
            body = path.read_bytes()

            assert service_of(body) is service, path.name
            assert noticed(body, heard(), service).pieces


def test_stu3_is_judged_as_its_models_judge_it():
    """What is read of the XML has the structure of STU3 exactly if they say so."""
    bundle = get_fhir_model_class("Bundle")
    for path in NEMS:
        text = path.read_bytes()
        for body in (text, text.replace(b"T08:00:00", b"T08:011:30", 1)):
            try:
                bundle.model_validate_xml(body)
            except Exception:  # noqa: BLE001 - whatever the models throw
                good = False
            else:
                good = True

            assert accepts(read_xml(body, Release.STU3), Release.STU3) is good


def test_newer_means_a_higher_version():
    """The sequence number comes first, then the moment, then what the header says."""
    numbers = [
        said(nems.death(version=2, updated="2026-03-02T09:00:00+00:00")),
        said(nems.death(version=2, updated="2026-03-02T10:00:00+00:00")),
        said(nems.death(version=3, updated="2026-03-01T09:00:00+00:00")),
        said(nems.death(version=4, updated=None)),
    ]
    versions = [one.sourceversion for one in numbers]

    assert versions == sorted(versions)
    assert len({one.sourcerecord for one in numbers}) == 1
    assert versions[-1] < 2**53


def test_notices_of_another_patient_or_type_are_of_another_record():
    """Only those of one patient and one event type come in an order."""
    other = {**nems.CHILD, "nhs_number": "9990000123"}
    bodies = (nems.death(), nems.death(other), nems.change_of_gp())

    assert len({said(body).sourcerecord for body in bodies}) == 3


def test_a_deletion_takes_back_what_was_said_of_the_same_record():
    """It names the record that the notice of the same encounter is."""
    new = said(nems.message("newborn-hearing-1", nems.patient(), nems.encounter()))
    gone = said(nems.message("newborn-hearing-1", nems.encounter(), change="delete"))

    assert gone.type == "event.withdrawn.v1"
    named = {"sourcerecord": new.sourcerecord, "upto": gone.sourceversion}
    assert gone.data["withdraws"] == named


def test_a_death_that_is_taken_back_is_the_next_version_of_its_record():
    """So that a death that is told later stands again."""
    death, removed = (
        said(nems.death(version=1)),
        said(nems.death(status="U", version=2)),
    )

    assert (death.type, removed.type) == ("person.died.v1", "demographics.changed.v1")
    assert death.sourcerecord == removed.sourcerecord
    assert death.sourceversion < removed.sourceversion


def test_a_record_label_makes_it_restricted():
    """PDS's R and V say that the child must not be found."""
    body = nems.message(
        "pds-record-change-1", nems.patient(nems.CHILD, nems.restricted())
    )

    assert said(body).sensitivity == "restricted"
    assert said(body).restricted is True


def test_a_signal_about_a_superseded_number_that_brings_the_record_names_both():
    """PDS gives the superseding record for the old number."""
    record = {
        "resourceType": "Patient",
        "identifier": [
            {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": mns.NUMBER}
        ],
    }
    found = said(mns.bundle("pds-record-change-2", OLD, record), Notifier.MNS)

    assert found.type == "nhs_number.changed.v1"
    assert found.person["nhs_number"] == mns.NUMBER
    assert found.person["former_nhs_numbers"] == [OLD]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"<Bundle", "Bundle"),
        (b"<!DOCTYPE x><Bundle xmlns='http://hl7.org/fhir'/>", "Bundle"),
        (b'<Patient xmlns="http://hl7.org/fhir"/>', "Resource.resourceType"),
        (
            b'<Bundle xmlns="http://hl7.org/fhir"><type value="message"/></Bundle>',
            "Bundle.entry",
        ),
        (nems.death().replace(b'"message"', b'"collection"'), "Bundle.type"),
        (nems.death().replace(b"9992047313", b"999 204 7313"), None),
        (nems.death(change="undo"), None),
        (nems.death().replace(b"2026-03-02T08", b"2026-13-02T08"), None),
        (nems.death().replace(b"<event>", b"<events>"), None),
        (b" " * 5_000_001, "Bundle"),
        (b"<a>" * 5_000, "Bundle"),
    ],
)
def test_a_bad_message_is_refused_with_its_place(body, where):
    """Never anything but a refusal, and its words hold nothing of the message."""
    why = refused(body)

    assert where in {None, why.where}
    assert "9992047313" not in f"{why} {why.rule} {why.expressions}"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"id": None}, "CloudEvent.id"),
        ({"type": None}, "CloudEvent.type"),
        ({"time": "yesterday"}, "CloudEvent.time"),
        ({"source": ""}, "CloudEvent.source"),
        ({"specversion": "2.0"}, "CloudEvent.specversion"),
        ({"subject": "12345"}, "CloudEvent.subject"),
        ({"dataref": 3}, "CloudEvent.dataref"),
    ],
)
def test_a_bad_signal_is_refused_with_its_place(change, where):
    """What CloudEvents requires must be there and be what it says."""
    assert (
        refused(mns.signal("pds-change-of-gp-2", **change), Notifier.MNS).where == where
    )


def test_a_signal_without_its_event_type_is_refused():
    """A history Bundle says in its parameters what happened."""
    bundle = mns.bundle("pds-change-of-gp-2")
    del bundle["entry"][0]["resource"]["parameter"][4]

    assert refused(bundle, Notifier.MNS).reason == "missing"


@pytest.mark.parametrize("notifier", Notifier)
def test_an_original_says_whose_notice_it_is(notifier):
    """What came by HTTP never does, however it looks."""
    assert Notifier.of(notifier.marked("application/octet-stream")) is notifier
    assert Notifier.of("application/fhir+xml") is None
    assert Notifier.of("text/xml; notice=x") is None


def test_words_of_our_own_events_are_no_notice():
    """An education event is a CloudEvent as well, and holds a person."""
    ours = {"specversion": "1.0", "type": "x.y.v1", "data": {"person": {}}}

    assert service_of(json.dumps(ours).encode()) is None
    assert service_of(b"[]") is None
    assert service_of(b"{") is None


def places(value, path=()):
    """Yield the path of every value in a JSON document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in inner:
        yield (*path, name)
        if isinstance(member, dict | list):
            yield from places(member, (*path, name))


def taken_or_refused(body, service):
    """Take *body*; the translator must say the same of what is passed on."""
    try:
        [piece] = noticed(body, heard(), service).pieces
    except FhirRefused:
        return
    if piece.statements:
        assert retold(piece.value, heard(), 0) == piece.statements


def test_odd_values_anywhere_in_a_signal_never_crash():
    """A value of the wrong kind is read or refused, and never anything else."""
    chance = random.Random(20260302)
    documents = [json.loads(path.read_bytes()) for path in MNS]
    odd = (None, "", "x", 0, -1, True, [], {}, [None], ["{}"], {"a": []}, "9" * 10)
    for _ in range(MUTANTS):
        document = chance.choice(documents)
        path = chance.choice(list(places(document)))
        changed = with_value(document, path, chance.choice(odd))

        taken_or_refused(json.dumps(changed).encode(), Notifier.MNS)


def test_damaged_xml_never_crashes():
    """Lines left out, doubled or cut short are read or refused."""
    chance = random.Random(20260302)
    for _ in range(MUTANTS):
        tags = chance.choice(NEMS).read_bytes().split(b"<")
        place = chance.randrange(1, len(tags))
        tags[place] = chance.choice((b"", tags[place] * 2, tags[place][:3], b"!-- "))

        taken_or_refused(b"<".join(tags), Notifier.NEMS)
