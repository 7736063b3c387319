"""Whatever comes to a door is accepted or refused with a reason; nothing else happens."""

import os
from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Refused
from services.education_gateway.translate import to_statement
from services.health_gateway.errors import FhirRefused
from tests.support.bars import referral_bundle
from tests.support.fhir import read_message, to_statements

pytestmark = pytest.mark.fuzz

EXAMPLES = int(os.environ.get("THROUGHLINE_EXAMPLES", "300"))
SENDER = "urn:dfe:la:931"
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "EHC-417-3",
    "source": SENDER,
    "type": "ehcna.advice_requested.v1",
    "occurred": "2026-03-02",
    "sourceversion": 1,
    "data": {
        "person": {"local_id": "P88", "nhs_number": "9991234519"},
        "body": "urn:ods:RNU",
        "sent_on": "2026-03-02",
    },
}

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)  # what JSON is read as
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "2026-02-30", "9991234519", "\x00", "urn:ods:RNU"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def _places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """
    Every place in a document, as the keys that lead to it.
    """
    members = (
        list(document.items())
        if isinstance(document, dict)
        else list(enumerate(document))
        if isinstance(document, list)
        else []
    )
    found = [path] if path else []
    for key, value in members:
        found += _places(value, (*path, key))
    return found


@st.composite
def mutants(draw: Any, document: Any) -> Any:
    """
    The document with one to three places removed, doubled or replaced.
    """
    mutant = deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = _places(mutant)
        if not places:
            break
        *path, last = draw(st.sampled_from(places))
        parent = mutant
        for key in path:
            parent = parent[key]
        how = draw(st.sampled_from(["remove", "replace", "wrap"]))
        if how == "remove":
            del parent[last]
        else:
            parent[last] = draw(values) if how == "replace" else [parent[last]]
    return mutant


@settings(max_examples=EXAMPLES, deadline=None)
@given(event=mutants(EVENT) | values)
def test_an_event_is_read_or_refused(event):
    """
    A mutilated event never ends in anything but a statement or a refusal.
    """
    try:
        said = to_statement(event, sender=SENDER, place=0)
    except Refused as refused:
        assert refused.rule
    else:
        orjson.dumps({"person": dict(said.person), "data": dict(said.data)})


@settings(max_examples=max(20, EXAMPLES // 3), deadline=None)
@given(bundle=mutants(referral_bundle()))
def test_a_message_is_read_or_refused(bundle):
    """
    A mutilated FHIR message never ends in anything but statements or an outcome.
    """
    try:
        to_statements(read_message(orjson.dumps(bundle)))
    except FhirRefused as refused:
        assert refused.expressions
    except orjson.JSONEncodeError:
        assert True, "a number that JSON cannot hold is no message"
