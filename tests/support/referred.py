"""What becomes of one referral message: its statement, or why it is refused."""

import pytest

from services.health_gateway.errors import FhirRefused
from tests.support.bars import body_of
from tests.support.fhir import read_message, to_statements

CORRELATION = "0f3b2a54-5f53-4d0b-9f3f-1d0a2f7f9a10"


def stated(bundle):
    """Return the one statement that *bundle* makes."""
    (found,) = to_statements(read_message(body_of(bundle)), correlationid=CORRELATION)

    return found


def refused(bundle):
    """Return the refusal of *bundle*."""
    with pytest.raises(FhirRefused) as found:
        stated(bundle)

    return found.value
