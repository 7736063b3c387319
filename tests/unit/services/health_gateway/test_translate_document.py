"""What is not one clean JSON object is refused before anything reads it."""

import pytest

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import MAX_DEPTH
from tests.support.bars import body_of, referral_bundle
from tests.support.fhir import read_message


def refused(body):
    """Return the refusal of *body*."""
    with pytest.raises(FhirRefused) as found:
        read_message(body)

    return found.value


class TestBytes:
    """
    What is not one clean JSON object is refused before anything reads it.
    """

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff\xfe{",
            b'{"resourceType": "Bundle",}',
            b"[]",
            b"null",
            b'{"resourceType": "Bundle", "total": NaN}',
            b'{"resourceType": "Bundle", "total": -Infinity}',
            b'{"total": ' + b"9" * 5000 + b"}",
        ],
    )
    def test_refuses_what_is_not_a_json_object(self, body):
        """Broken text, other JSON and Python's extensions to JSON are all 400."""
        found = refused(body)

        assert (found.reason, found.status) == ("not-json", 400)
        assert (found.code, found.issue) == ("REC_BAD_REQUEST", "invalid")

    @pytest.mark.parametrize("nul", [b"\\u0000", b"\\\\\\u0000", b"\x00"])
    def test_refuses_nul(self, nul):
        """A NUL, raw or escaped, cannot be kept by the store."""
        body = body_of(referral_bundle()).replace(b"REF-1001", b"REF" + nul)

        assert "NUL" in refused(body).rule

    def test_takes_an_escaped_backslash_before_u0000(self):
        """Backslash-backslash-u0000 is a backslash and five characters, not a NUL."""
        body = body_of(referral_bundle()).replace(b"Reed", b"Re\\\\u0000ed")

        assert read_message(body).focus.place == 1

    def test_refuses_half_a_surrogate_pair(self):
        """Half a character parses in Python and fails in every store."""
        body = body_of(referral_bundle()).replace(b"Reed", b"Re\\ud800ed")

        assert "surrogate" in refused(body).rule

    def test_takes_a_whole_surrogate_pair_and_a_byte_order_mark(self):
        """Escaped astral characters and a leading mark are valid if unusual."""
        body = body_of(referral_bundle()).replace(b"Reed", b"Re\\ud83d\\ude00ed")

        assert read_message(b"\xef\xbb\xbf" + body).warnings == ()

    @pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100_000])
    def test_refuses_deep_nesting(self, depth):
        """Nesting past the cap is refused, also where the parser gives up first."""
        body = b'{"a": ' + b"[" * depth + b"]" * depth + b"}"

        assert "nested" in refused(body).rule

    def test_refuses_a_member_given_twice(self):
        """Two values for one name would be read differently by different readers."""
        body = body_of(referral_bundle())
        twice = body.replace(b'"type": "message"', b'"type": "batch", "type":"message"')

        assert "twice" in refused(twice).rule
