"""An entry of a transaction or batch goes where its request says, or nowhere."""

import pytest

from services.health_gateway.errors import FhirRefused
from tests.support.fhir import stated, taken
from tests.support.resources import bundle_of, observation, service_request

REFERRAL = service_request("pat-1", "sr-1")


@pytest.mark.parametrize(
    ("request_", "where"),
    [
        ({"method": "PUT", "url": "ServiceRequest/sr-2"}, "resource.id"),
        (
            {"method": "PUT", "url": "https://x.example/ServiceRequest/sr-2"},
            "resource.id",
        ),
        ({"method": "PUT", "url": "Appointment/sr-1"}, "resource.resourceType"),
        ({"method": "POST", "url": "Appointment"}, "resource.resourceType"),
        (None, "request"),
    ],
)
def test_an_entry_that_is_put_elsewhere_than_it_says_is_refused(request_, where):
    """By itself in a batch, and with it the whole of a transaction."""
    batch = bundle_of("batch", observation("pat-1", "o-1"), REFERRAL)
    said = {"request": request_} if request_ else {}
    batch["entry"][1] = {"resource": REFERRAL, **said}
    good, bad = taken(batch).pieces

    assert good.statements
    assert bad.refused.issues[0].expressions == (f"Bundle.entry[1].{where}",)
    with pytest.raises(FhirRefused):
        taken(batch | {"type": "transaction"})


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "POST", "url": "ServiceRequest"},
        {"method": "POST", "url": "/ServiceRequest/"},
        {"method": "PUT", "url": "https://x.example/FHIR/R4/ServiceRequest/sr-1"},
        {"method": "PUT", "url": "/ServiceRequest/sr-1/_history/2"},
        {"method": "PUT", "url": "ServiceRequest?identifier=urn:x|1"},
        {"method": "PUT", "url": "urn:uuid:6a1f8f0e-4f59-4f0e-9b0e-0a4f3a1f6d11"},
    ],
)
def test_an_entry_whose_address_contradicts_nothing_is_taken(request_):
    """Posted under any id, by a search, or to an address of its sender's."""
    bundle = bundle_of("transaction", REFERRAL)
    bundle["entry"][0]["request"] = request_

    assert [one.type for one in stated(bundle)] == ["referral.received.v1"]
