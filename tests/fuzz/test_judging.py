"""Whatever bytes come, they are a resource or a refusal with a reason."""

import os

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import MAX_BYTES, Media, judge
from tests.support.bars import body_of, referral_bundle

pytestmark = pytest.mark.fuzz

EXAMPLES = int(os.environ.get("THROUGHLINE_EXAMPLES", "300"))
PATIENT = b'{"resourceType":"Patient","name":[{"family":%b}]}'
XML = b'<Patient xmlns="http://hl7.org/fhir"><gender value="%b"/></Patient>'
REFERRAL = body_of(referral_bundle())
BAD_JSON = {
    "NaN": PATIENT % b"NaN",
    "Infinity": PATIENT % b"-Infinity",
    "1e400": PATIENT % b"1e400",
    "-1e-400": PATIENT % b"-1e-400",
    "5,000 digits": PATIENT % (b"9" * 5_000),
    "a member twice": b'{"resourceType":"Patient","active":true,"active":true}',
    "depth 120": PATIENT % (b"[" * 120 + b"]" * 120),
    "depth 100,000": PATIENT % (b"[" * 100_000 + b"]" * 100_000),
    "open 100,000": b"[" * 100_000,
    "not UTF-8": PATIENT % b'"\xff"',
    "half a character": PATIENT % b'"\\ud800"',
    "NUL": PATIENT % b'"\x00"',
    "NUL escaped": PATIENT % b'"\\u0000"',
    "too large": PATIENT % (b'"' + b"x" * MAX_BYTES + b'"'),
    "unknown members": b'{"resourceType":"Patient"'
    + b"".join(b',"m%d":1' % n for n in range(20_000))
    + b"}",
}
BAD_XML = {
    "billion laughs": b'<!DOCTYPE x [<!ENTITY a "a">]>' + XML % b"&a;",
    "outside": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/">' + XML % b"a",
    "depth 100,000": b"<a>" * 100_000,
    "an entity": XML % b"&b;",
    "not UTF-8": XML % b"\xff",
    "attributes": b"<Patient "
    + b" ".join(b'a%d="1"' % n for n in range(5_000))
    + b"/>",
}


@pytest.mark.parametrize("what", BAD_JSON)
def test_bad_json_is_refused(what):
    """Each known way to break a reader of JSON is a 4xx with a reason."""
    with pytest.raises(FhirRefused) as found:
        judge(BAD_JSON[what])

    assert 400 <= found.value.status < 500


@pytest.mark.parametrize("what", BAD_XML)
def test_bad_xml_is_refused(what):
    """Each known way to break a reader of XML is a 4xx with a reason."""
    with pytest.raises(FhirRefused) as found:
        judge(BAD_XML[what], Media.XML)

    assert 400 <= found.value.status < 500


def judged(body, media):
    """Judge *body*; anything but a resource or a refusal fails the test."""
    try:
        orjson.dumps(judge(body, media).resource)
    except FhirRefused as refused:
        assert refused.expressions
        assert refused.issues


@settings(max_examples=EXAMPLES, deadline=None)
@given(body=st.binary(max_size=200), media=st.sampled_from(Media))
def test_any_bytes_are_judged(body, media):
    """Noise is refused."""
    judged(body, media)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    at=st.integers(0, len(REFERRAL) - 1),
    length=st.integers(0, 40),
    instead=st.binary(max_size=12) | st.sampled_from([b"\\u0000", b"{", b"[[", b'"']),
)
def test_a_damaged_message_is_judged(at, length, instead):
    """A message with some of its bytes changed is still a resource, or refused."""
    judged(REFERRAL[:at] + instead + REFERRAL[at + length :], Media.JSON)


@settings(max_examples=EXAMPLES, deadline=None)
@given(inner=st.text(alphabet='<>/="& abdivPatientname', max_size=80))
def test_damaged_xml_is_judged(inner):
    """Tags in any disorder are a resource or refused."""
    root = '<Patient xmlns="http://hl7.org/fhir">%s</Patient>'
    judged((root % inner).encode(), Media.XML)
