"""NHS England's published BaRS examples and damaged messages never crash us."""

import json
import os
import random
from pathlib import Path

import pytest

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import Media
from services.health_gateway.translate import Asked, retold, sender_of, submission
from tests.support.bars import body_of, referral_bundle
from tests.support.fhir import heard, read_message, to_statements
from tests.support.golden import inputs
from tests.support.resources import bundle_of, observation, patient, with_value

CORPUS = Path(os.environ.get("THROUGHLINE_CORPUS", "/nonexistent")) / "bars"
FILES = sorted(CORPUS.rglob("*.json"))
RECORDS = [path for path in inputs() if ".fhir" in path.suffixes]
MUTANTS = 300
ODD_VALUES = (None, "", "x", 0, -1, True, [], {}, [None], ["{}"], {"a": []}, "{}")

corpus = pytest.mark.skipif(not FILES, reason="THROUGHLINE_CORPUS/bars is not there")


def patient_of():
    """Return a Patient, all known of them."""
    known = {"family_name": "Vale", "given_name": "Ann", "date_of_birth": "2018-05-04"}
    return patient(known | {"local_id": "P88"}, "p88")


def read_or_refused(body):
    """Read *body* to the end; anything raised but a refusal fails the test."""
    try:
        message = read_message(body)
        sender_of(message)
        return to_statements(message)
    except FhirRefused as refused:
        return refused


def places(value, path=()):
    """Return the path of every value in a JSON document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, member in inner:
        if isinstance(member, dict | list):
            yield from places(member, (*path, name))
        else:
            yield (*path, name)


def taken_or_refused(body, media=Media.JSON):
    """Take *body* as any door would; the translator must say the same of it."""
    told = heard()
    try:
        found = submission(body, told, Asked(), media=media)
    except FhirRefused as refused:
        return refused
    pieces = [piece for piece in found.pieces if piece.statements]
    for piece in pieces:
        assert retold(piece.value, told, piece.place) == piece.statements
    return found


@corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_published_examples_never_crash(path):
    """Every published file gets an answer, and means the same when it is read again."""
    assert taken_or_refused(path.read_bytes()) is not None


@corpus
def test_every_published_message_is_read_or_refused_for_its_structure():
    """No message fails for what it says: the table takes what its examples break."""
    for path in CORPUS.rglob("process_message/**/*.json"):
        found = taken_or_refused(path.read_bytes())
        assert getattr(found, "form", None) == "message" or found.status == 400


@corpus
def test_published_referral_is_read():
    """
    The published validation request, said to be a referral, becomes one statement.

    Its case number stands on the Encounter, its time on the Bundle, and its NHS
    number fails the check digit.
    """
    (path,) = CORPUS.rglob("ValidationRequest (POST) .json")
    body = path.read_bytes().replace(b'"validation"', b'"referral"')

    (found,) = read_or_refused(body)

    assert found.sourcerecord == "https://sender.url/Id/case-number|sender1234"
    assert found.occurred == "2021-11-26T15:00:00+00:00"
    assert "nhs-number-check-failed" in found.flags


def test_odd_values_anywhere_never_crash():
    """A value of the wrong kind at any place of a good message is read or refused."""
    bundle = referral_bundle()
    chance = random.Random(20260302)
    somewhere = [path for path in places(bundle) if path]
    for _ in range(MUTANTS):
        path, value = chance.choice(somewhere), chance.choice(ODD_VALUES)
        changed = with_value(bundle, path, value)

        assert read_or_refused(body_of(changed)) is not None


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name.split(".")[0])
def test_odd_values_anywhere_in_a_record_never_crash(path):
    """A value of the wrong kind at any place of any record is read or refused."""
    document = json.loads(path.read_text("utf-8"))
    chance = random.Random(path.name)
    somewhere = [place for place in places(document) if place]
    for _ in range(MUTANTS // 10):
        at, value = chance.choice(somewhere), chance.choice(ODD_VALUES)
        changed = json.dumps(with_value(document, at, value)).encode()

        assert taken_or_refused(changed) is not None


def test_cut_messages_never_crash():
    """A message that breaks off anywhere is refused as not JSON."""
    body = json.dumps(referral_bundle()).encode()
    for length in range(0, len(body), 97):
        assert read_or_refused(body[:length]).reason == "not-json"


def test_a_number_of_many_digits_goes_on():
    """FHIR's decimals have no largest one; what is passed on holds it."""
    found = observation("p", "o") | {"valueQuantity": {"value": 10**30}}

    assert taken_or_refused(json.dumps(found).encode()).pieces[0].statements


def test_a_refused_entry_goes_on_alone():
    """What is kept of an entry that is refused is the entry, not the whole batch."""
    wrong = {"resourceType": "Task", "id": "x", "intent": "order"}
    sent = bundle_of("batch", patient_of(), wrong)

    good, bad = taken_or_refused(json.dumps(sent).encode()).pieces

    assert good.statements
    assert json.loads(bad.value) == wrong
