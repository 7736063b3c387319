"""
What fhir.resources decides about a body, with the few rules by which we are stricter.

The rules are written into its own validation here, so that everything else it does
stays as it is and our own reading of R4 is nowhere used to judge itself.
"""

import json
from contextlib import contextmanager
from unittest.mock import patch

from fhir.resources.R4B import get_fhir_model_class
from fhir_core.types import FhirBase, FhirElementOrResourceBase

_as_object = FhirBase.fhir_model_validator.__func__
_as_resource = FhirElementOrResourceBase.fhir_model_validator.__func__


def accepted(body):
    """Return whether fhir.resources takes *body* as the resource type that it says."""
    try:
        model = get_fhir_model_class(json.loads(body)["resourceType"])
        if not model.has_resource_base():
            return False
        model.model_validate_json(body)
    except Exception:  # noqa: BLE001 - whatever it throws, it does not take it
        return False
    return True


@contextmanager
def stricter():
    """
    Within it, fhir.resources also has the rules by which we are stricter.

    - An object is an object, not a string of JSON.
    - A resource within a resource says its type.
    """

    def as_object(cls, value, model_klass):
        """Refuse a string."""
        if isinstance(value, str | bytes):
            raise TypeError
        return _as_object(cls, value, model_klass)

    def as_resource(cls, value, model_klass):
        """Refuse what says no type."""
        if isinstance(value, dict) and "resourceType" not in value:
            raise TypeError
        return _as_resource(cls, value, model_klass)

    with (
        patch.object(FhirBase, "fhir_model_validator", classmethod(as_object)),
        patch.object(
            FhirElementOrResourceBase, "fhir_model_validator", classmethod(as_resource)
        ),
    ):
        yield
