"""Every R4 resource type is judged as fhir.resources judges it, and refusals say why."""

from random import Random

import orjson
import pytest

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import accepts, check_structure
from tests.support.r4 import oracle
from tests.support.r4.documents import CORPUS_FILES, RESOURCES, document

corpus = pytest.mark.skipif(not CORPUS_FILES, reason="THROUGHLINE_CORPUS is not there")


def refused(resource):
    """Return the issues of the refusal of *resource*, as (issue, expressions)."""
    with pytest.raises(FhirRefused) as found:
        check_structure(resource)

    return [(one.fault.issue, one.expressions) for one in found.value.issues]


@pytest.mark.parametrize("full", [0, 1])
def test_takes_a_document_of_every_type(full):
    """What the models hold is accepted: what must be there, and one of everything."""
    made = [document(name, Random(7), full=full) for name in RESOURCES]

    assert len(made) > 140
    assert [d["resourceType"] for d in made if not accepts(d)] == []
    assert [
        d["resourceType"] for d in made if not oracle.accepted(orjson.dumps(d))
    ] == []


@corpus
def test_decides_every_published_file_as_fhir_resources_does():
    """Accepted or refused, our decision is the models' on each file of the corpus."""
    decided = {}
    with oracle.stricter():
        for path in CORPUS_FILES:
            body = path.read_bytes()
            try:
                resource = orjson.loads(body)
            except orjson.JSONDecodeError:
                continue
            ours = isinstance(resource, dict) and accepts(resource)
            decided[path.name] = (ours, oracle.accepted(body))

    assert len(decided) > 50
    assert {name: both for name, both in decided.items() if both[0] != both[1]} == {}


PATIENT = {"resourceType": "Patient", "name": [{"family": "Vale"}]}


@pytest.mark.parametrize(
    ("change", "issue", "where"),
    [
        ({"name": {"family": "Vale"}}, "invalid", "Patient.name"),
        ({"name": [{"family": ["Vale"]}]}, "invalid", "Patient.name[0].family"),
        ({"name": ["Vale"]}, "invalid", "Patient.name[0]"),
        ({"maritalStatus": "M"}, "invalid", "Patient.maritalStatus"),
        ({"birthDate": "2026-02-30"}, "value", "Patient.birthDate"),
        ({"Vale": 1}, "invalid", "Patient"),
        ({"id": "a_b"}, "value", "Patient.id"),
        (
            {"link": [{"other": {"reference": "Patient/1"}}]},
            "required",
            "Patient.link[0].type",
        ),
        ({"link": [{"type": "refer"}]}, "required", "Patient.link[0].other"),
        (
            {"deceasedBoolean": True, "deceasedDateTime": "2026"},
            "invalid",
            "Patient.deceased[x]",
        ),
        ({"_birthDate": {}}, "invalid", "Patient._birthDate"),
        ({"contained": [{"id": "1"}]}, "required", "Patient.contained[0].resourceType"),
        (
            {"contained": [{"resourceType": "Nope"}]},
            "value",
            "Patient.contained[0].resourceType",
        ),
    ],
)
def test_says_where_and_what(change, issue, where):
    """A refusal names the element by its FHIRPath, and never what stands there."""
    assert refused(PATIENT | change) == [(issue, (where,))]


def test_gathers_what_is_wrong_by_rule():
    """All places that break one rule are one issue, each rule its own."""
    wrong = {"gender": [], "active": "perhaps", "name": {}, "telecom": {}}

    assert refused(PATIENT | wrong) == [
        ("value", ("Patient.active",)),
        ("invalid", ("Patient.gender",)),
        ("invalid", ("Patient.name", "Patient.telecom")),
    ]


def test_takes_a_reason_in_place_of_a_required_value():
    """Where a required value is unknown, an extension that says why will do."""
    why = {"extension": [{"url": "http://e.org/why", "valueCode": "unknown"}]}
    flag = {"resourceType": "Flag", "code": {}, "subject": {}}

    assert accepts(flag | {"_status": why})
    assert refused(flag | {"_status": {"id": "x"}}) == [("required", ("Flag.status",))]
