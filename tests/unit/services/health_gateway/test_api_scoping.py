"""What may be kept of a request where a rule says of which children we may hear."""

import asyncio
from types import SimpleNamespace

import pytest

from services.health_gateway.api.scoping import is_outside
from services.health_gateway.errors import FhirRefused
from tests.support.bars import body_of, referral_bundle
from tests.support.fhir import taken
from tests.support.resources import bundle_of, service_request


class AllInside:
    """A rule that leaves somebody out, and nobody of those who are asked about."""

    def held(self, _sender):
        """Return what holds."""
        return SimpleNamespace(narrow=True)

    def may_be_live(self, _person):
        """Return that every number may be real."""
        return True

    async def outside(self, _sender, _said):
        """Return that nobody is left out."""
        return frozenset()


def kept(document):
    """Return whether something of *document* would be kept; raises FhirRefused."""
    found = is_outside(AllInside(), "urn:ods:RNU", taken(document))

    return not asyncio.run(found)


WITHIN = bundle_of("collection", service_request("another", "sr-2"))
HOLDER = {
    "resourceType": "Parameters",
    "parameter": [{"name": "x", "resource": service_request("another", "sr-2")}],
}


def message_holding(resource):
    """Return a referral message with one entry more."""
    message = referral_bundle()
    message["entry"].append({"fullUrl": "urn:uuid:1", "resource": resource})

    return body_of(message)


@pytest.mark.parametrize("held", [WITHIN, HOLDER], ids=["Bundle", "Parameters"])
@pytest.mark.parametrize("form", ["transaction", "collection", "message"])
def test_what_holds_others_is_refused_where_they_cannot_be_judged(form, held):
    """A Bundle within a Bundle may tell of anyone, and would be kept with the rest."""
    inside = service_request("listed", "sr-1")
    whole = (
        bundle_of(form, inside, held) if form != "message" else message_holding(held)
    )

    with pytest.raises(FhirRefused) as found:
        kept(whole)

    assert found.value.where.startswith("Bundle.entry[")
    assert found.value.status == 400


def test_what_is_inside_is_kept():
    """The same without them is taken in."""
    assert kept(bundle_of("transaction", service_request("listed", "sr-1")))
    assert kept(body_of(referral_bundle()))
