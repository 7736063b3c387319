"""
Input that breaks readers gets an answer that says why, at every door, and nothing else.

Each class is named after what it does to a reader that does not expect it.
"""

import gzip
import json
import zlib
from uuid import uuid4

import pytest

from tests.support.agencies import COUNCIL, TRUST

FHIR = "application/fhir+json"
XML = "application/fhir+xml"
EVENT = "application/cloudevents+json"
PATIENT = b'{"resourceType":"Patient","birthDate":%b}'
CLOUD = (
    b'{"specversion":"1.0","id":"X-1","source":"urn:dfe:la:931",'
    b'"type":"ehcna.requested.v1","occurred":"2026-03-02",'
    b'"data":{"person":{"local_id":"P1"},"requested_by":%b}}'
)
GENDER = b'<Patient xmlns="http://hl7.org/fhir"><gender value="%b"/></Patient>'
INSIDE = b'<Patient xmlns="http://hl7.org/fhir">%b</Patient>'

VALUES = {
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "too large a number": b"1e400",
    "5,000 digits": b"9" * 5_000,
    "4 MB of digits": b"9" * 4_000_000,
    "depth 120": b"[" * 120 + b"]" * 120,
    "depth 100,000": b"[" * 100_000 + b"]" * 100_000,
    "objects in depth 100,000": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "not UTF-8": b'"\xff"',
    "half a character": b'"\\ud800"',
    "halves the wrong way round": b'"\\udc00\\ud800"',
    "NUL": b'"\x00"',
    "NUL escaped": b'"\\u0000"',
    "NUL behind a backslash": b'"\\\\\\u0000"',
    "900,000 nulls": b"[" + b",".join([b"null"] * 900_000) + b"]",
    "4 MB of text": b'"' + b"x" * 4_000_000 + b'"',
    "2,000,000 backslashes": b'"' + b"\\\\" * 2_000_000 + b'"',
}
"""What may stand where a date or a word belongs."""
BODIES = {
    "nothing": b"",
    "spaces": b"   ",
    "a list": b"[1]",
    "a text": b'"x"',
    "null": b"null",
    "the beginning": b'{"a',
    "more behind": b'{"a":1} x',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "UTF-32": '{"a":1}'.encode("utf-32"),
    "300,000 members": b"{" + b",".join(b'"k%d":1' % n for n in range(300_000)) + b"}",
    "open 1,000,000": b"[" * 1_000_000,
    "6 MB": b'{"a":"' + b"x" * 6_000_000 + b'"}',
}
DOCUMENTS = {
    "billion laughs": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    + GENDER % b"&b;",
    "a file of ours": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    + GENDER % b"&a;",
    "a type from outside": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'
    + GENDER % b"a",
    "a type in UTF-16": (
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'
    ).encode("utf-16"),
    "included": INSIDE
    % b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>',
    "depth 100,000": b"<a>" * 100_000,
    "depth 100,000 closed": INSIDE % (b"<contact>" * 100_000 + b"</contact>" * 100_000),
    "depth 200": INSIDE % (b"<extension>" * 200 + b"</extension>" * 200),
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>' + GENDER % b"+ADw-",
    "Latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?>' + GENDER % b"\xe9",
    "an unknown entity": GENDER % b"&b;",
    "NUL by number": GENDER % b"&#0;",
    "half a character": GENDER % b"&#xD800;",
    "100,000 attributes": b"<Patient "
    + b" ".join(b'a%d="1"' % n for n in range(100_000))
    + b"/>",
    "20,000 namespaces": b"<Patient "
    + b" ".join(b'xmlns:a%d="u"' % n for n in range(20_000))
    + b"/>",
    "an attribute twice": INSIDE % b'<gender value="male" value="female"/>',
    "nothing": b"",
}
BOMB = b"0" * 50_000_000
CODED = {
    "gzip": gzip.compress(BOMB),
    "deflate": zlib.compress(BOMB),
    "br": b"x",
    "gzip, gzip": gzip.compress(gzip.compress(BOMB)),
}


@pytest.fixture
def post(agencies):
    """Return what posts bytes to a door, as its usual sender."""

    def posting(service, path, body, kind, **headers):
        """Return the answer."""
        org = TRUST if service == "health_gateway" else COUNCIL
        said = {"Content-Type": kind, "X-Request-ID": str(uuid4())} | headers
        url = agencies.url(service, path)
        return agencies.http.post(url, content=body, headers=said | agencies.as_(org))

    return posting


def refused(answer):
    """Return whether it is a 4xx that says why, in the door's own form."""
    said = answer.json()
    told = said.get("issue") or said.get("detail")
    return 400 <= answer.status_code < 500 and bool(told)


@pytest.mark.parametrize("what", VALUES)
def test_a_value_that_breaks_readers_is_refused(post, what):
    """Where a date belongs in a resource, and a word in an event."""
    assert refused(post("health_gateway", "/FHIR/R4", PATIENT % VALUES[what], FHIR))
    assert refused(post("education_gateway", "/events", CLOUD % VALUES[what], EVENT))


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_is_none_is_refused(post, what):
    """At each door that reads JSON."""
    for path in ("/FHIR/R4", "/FHIR/R4/Patient", "/$process-message"):
        assert refused(post("health_gateway", path, BODIES[what], FHIR))
    assert refused(post("education_gateway", "/events", BODIES[what], EVENT))


def test_a_member_that_is_there_twice_is_refused(post):
    """Readers would disagree about which of the two was meant."""
    body = b'{"resourceType":"Patient","active":true,"active":true}'

    assert refused(post("health_gateway", "/FHIR/R4", body, FHIR))


@pytest.mark.parametrize("what", DOCUMENTS)
def test_a_document_that_breaks_readers_is_refused(post, what):
    """Nothing is fetched, nothing grows."""
    assert refused(post("health_gateway", "/FHIR/R4", DOCUMENTS[what], XML))


@pytest.mark.parametrize("coding", CODED)
def test_what_would_grow_is_not_unpacked(post, coding):
    """A body comes as it is, whatever it says of itself; and a 415 says so."""
    headers = {"Content-Encoding": coding}
    for service, path, kind in (
        ("health_gateway", "/FHIR/R4", FHIR),
        ("health_gateway", "/$validate", FHIR),
        ("education_gateway", "/events", EVENT),
        ("education_gateway", "/files", "text/csv"),
    ):
        answer = post(service, path, CODED[coding], kind, **headers)
        assert (answer.status_code, refused(answer)) == (415, True)


@pytest.mark.parametrize("charset", ["utf-16", "UTF-7", "iso-8859-1", "x"])
def test_characters_are_utf_8(post, charset):
    """What says that it is something else is not read as if it were not."""
    kind = f"{FHIR}; charset={charset}"
    assert post("health_gateway", "/FHIR/R4", b"{}", kind).status_code == 415
    kind = f'{EVENT};charset="{charset}"'
    assert post("education_gateway", "/events", b"{}", kind).status_code == 415


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z"]
)
def test_an_instant_is_one_that_can_be_reckoned_with(agencies, at):
    """The ends of the calendar are no instants, whoever asks."""
    url = agencies.url("health_gateway", "/FHIR/R4")
    own = agencies.as_(TRUST, scope="publish scenario")
    said = {"Content-Type": FHIR, "X-Request-ID": str(uuid4())}
    headers = own | said | {"X-Throughline-Received-At": at}

    answer = agencies.http.post(url, content=b"{}", headers=headers)

    assert (answer.status_code, refused(answer)) == (400, True)


@pytest.mark.parametrize("own", ["%00", "a%20b", "%F0%9F%98%80", "a" * 65])
def test_nothing_is_taken_back_that_could_not_be_sent(agencies, own):
    """An id is one that FHIR allows."""
    url = agencies.url("health_gateway", f"/FHIR/R4/Patient/{own}")
    headers = agencies.as_(TRUST) | {"X-Request-ID": str(uuid4())}

    assert refused(agencies.http.delete(url, headers=headers))


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("identity_linking", "/children/%00/identifiers"),
        ("timeline", "/children/%00/timeline"),
        ("health_gateway", "/messages/%00"),
        ("education_gateway", "/messages/%00"),
    ],
)
def test_nothing_is_called_by_what_no_table_can_hold(agencies, service, path):
    """It is answered as whatever else is not there."""
    url = agencies.url(service, path)

    assert agencies.http.get(url, headers=agencies.as_(COUNCIL)).status_code == 404


def test_a_reason_that_no_table_can_hold_is_not_understood(agencies):
    """An operator is told; nothing is done."""
    url = agencies.url("identity_linking", f"/persons/p-{'0' * 32}/unlink")
    own = agencies.as_(COUNCIL, "operator", scope="operate")
    body = json.dumps({"reason": "a reason \0 with more"}).encode()
    kind = {"Content-Type": "application/json"}

    answer = agencies.http.post(url, content=body, headers=own | kind)

    assert answer.status_code in {404, 422}


def test_the_doors_are_open_afterwards(agencies, post):
    """After all of that each service goes on as it did."""
    assert post(
        "health_gateway", "/$validate", PATIENT % b'"2018-05-04"', FHIR
    ).is_success
    for service in ("health_gateway", "education_gateway", "identity_linking"):
        assert agencies.http.get(agencies.url(service, "/readyz")).is_success
