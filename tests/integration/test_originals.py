"""The sender's bytes are kept as they came, with their SHA-256, whatever came of them."""

import asyncio
import hashlib
import json
from uuid import uuid4

import pytest

from tests.integration.test_doors_health import FHIR, bundle, post, settled
from tests.support.agencies import event, somebody
from tests.support.bars import body_of
from tests.support.local_stack import fetch

REQUESTED = "ehcna.requested.v1"
CLOUD_EVENT = "application/cloudevents+json"


def kept(agencies, gateway, ref):
    """Return content type, hash and bytes of each original under *ref*."""
    statement = (
        f"SELECT content_type, sha256, bytes FROM {gateway}.originals"
        f" WHERE message_ref = '{ref}'"
    )
    rows = asyncio.run(fetch(agencies.stack.dsn, statement))
    return [tuple(row) for row in rows]


def whole(body, content_type):
    """Return what must be kept of *body*, once."""
    return [(content_type, hashlib.sha256(body).digest(), body)]


def ref_of(answer):
    """Return the reference of a message, accepted or not."""
    return answer.headers["Location"].removeprefix("/messages/")


def oddly(said):
    """Return *said* as somebody's system might write it: spaces, order, big numbers."""
    text = json.dumps(said, indent=3, ensure_ascii=True)
    return text.replace('"specversion"', '"x" : 1.500e2 ,\r\n "specversion"').encode()


def test_what_is_accepted_is_kept_to_the_byte(agencies):
    """Not as it was understood: with its spaces, its order and its escapes."""
    said = event(somebody(family_name="Väle"), REQUESTED)
    body = json.dumps(said, indent=3).replace("\n", "\r\n").encode()
    answer = agencies.post(body)
    assert agencies.settled(ref_of(answer))["state"] == "translated"
    assert kept(agencies, "education_gateway", ref_of(answer)) == whole(
        body, CLOUD_EVENT
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\x00\xff\xfe not text",
        b"",
        b'{"specversion": "1.0", "a": 1, "a": 2}',
        json.dumps([{}, {}]).encode(),
        oddly(event(somebody(), "nothing.happened.v1")),
        oddly(event(somebody(nhs_number="12"), REQUESTED)),
        b"[" * 2000,
    ],
    ids=("cut", "binary", "empty", "twice", "bare", "unknown", "malformed", "deep"),
)
def test_what_is_refused_is_kept_as_well(agencies, body):
    """A person can look at what came, and it can be taken again once we are mended."""
    answer = agencies.post(body)
    assert answer.status_code == 422
    assert agencies.receipt(ref_of(answer)).json()["state"] == "refused"
    assert kept(agencies, "education_gateway", ref_of(answer)) == whole(
        body, CLOUD_EVENT
    )


def test_what_is_in_conflict_is_kept_beside_the_first(agencies):
    """Neither takes the other's place, however often each comes."""
    own, person = str(uuid4()), somebody()
    first = json.dumps(event(person, REQUESTED)).encode()
    other = json.dumps(event(person, REQUESTED, occurred="2026-03-01")).encode()
    accepted = agencies.post(first, request_id=own)
    assert agencies.post(other, request_id=own).status_code == 409
    assert agencies.post(other, request_id=own).status_code == 409
    assert agencies.post(first, request_id=own).status_code == 202

    gateway = "education_gateway"
    assert kept(agencies, gateway, ref_of(accepted)) == whole(first, CLOUD_EVENT)
    digest = hashlib.sha256(other).hexdigest()
    found = asyncio.run(
        fetch(
            agencies.stack.dsn,
            f"SELECT bytes FROM {gateway}.originals WHERE sha256 = '\\x{digest}'",
        )
    )
    assert [row["bytes"] for row in found] == [other]


def test_a_fhir_message_is_kept_to_the_byte(agencies):
    """Accepted or refused, at the health door as well."""
    good = body_of(bundle(somebody(upn=None))).replace(b'": ', b'" :  ')
    bad = good.replace(b"MessageHeader", b"MessageFooter")
    accepted, refused = post(agencies, good), post(agencies, bad)
    settled(agencies, accepted)

    assert (accepted.status_code, refused.status_code) == (200, 400)
    for answer, body in ((accepted, good), (refused, bad)):
        assert kept(agencies, "health_gateway", ref_of(answer)) == whole(body, FHIR)


def test_a_long_array_is_kept_whole(agencies):
    """Once, before its items go their ways."""
    body = json.dumps([event(somebody(), REQUESTED) for _ in range(600)]).encode()
    answer = agencies.post(body)
    agencies.settled(ref_of(answer))
    assert kept(agencies, "education_gateway", ref_of(answer)) == whole(
        body, CLOUD_EVENT
    )
