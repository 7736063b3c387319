"""Where we refuse what fhir.resources takes: each rule, with a reason, in one table."""

import re
from pathlib import Path

import orjson
import pytest

from services.health_gateway.errors import FhirRefused
from services.health_gateway.rules import MAX_BYTES, MAX_DEPTH, judge
from tests.support.r4 import oracle

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "fhir-validation.md"
TASK = b'{"resourceType":"Task","status":"requested","intent":"order"}'
PATIENT = b'{"resourceType":"Patient","active":true}'


def bundle(resource):
    """Return a Bundle of one entry."""
    entry = b'{"entry":[{"resource":' + resource + b"}]"
    return entry + b',"resourceType":"Bundle","type":"collection"}'


def nested(depth):
    """Return extensions within each other."""
    inner = b'{"url":"u","valueCode":"x"}'
    for _ in range(depth // 2):
        inner = b'{"url":"u","extension":[' + inner + b"]}"
    return b'{"resourceType":"Patient","extension":[' + inner + b"]}"


STRICTER = {
    "inner-type": bundle(b'{"id":"1"}'),
    "object-as-text": b'{"resourceType":"Patient","name":["{\\"family\\":\\"Vale\\"}"]}',
    "member-twice": b'{"resourceType":"Patient","active":true,"active":false}',
    "depth": nested(MAX_DEPTH),
    "nul": b'{"resourceType":"Patient","name":[{"family":"V\\u0000"}]}',
    "size": b" " * MAX_BYTES + PATIENT,
    "huge-number": b'{"resourceType":"Goal","description":{},"lifecycleStatus":"x",'
    b'"subject":{},"target":[{"detailQuantity":{"value":' + b"9" * 400 + b"}}]}",
    "models-names": b'{"resourceType":"Patient","active__ext":{"id":"x"}}',
    "status-code": TASK.replace(b"requested", b"banana"),
    "status-unsaid": TASK.replace(
        b'"status":"requested"',
        b'"_status":{"extension":[{"url":"u","valueCode":"unknown"}]}',
    ),
    "bundle-type": bundle(PATIENT).replace(b"collection", b"parcel"),
}
"""By its name on the page, a body that the models take."""


@pytest.mark.parametrize("rule", STRICTER)
def test_refuses_what_fhir_resources_takes(rule):
    """Each rule by which we are stricter is one that the models do not have."""
    assert oracle.accepted(STRICTER[rule])
    with pytest.raises(FhirRefused):
        judge(STRICTER[rule])


def test_the_page_lists_each_rule():
    """The page and the tests know the same rules."""
    rows = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)

    assert sorted(rows) == sorted([*STRICTER, "type"])


def test_a_resource_says_its_type():
    """The models would take any type's word for what a body is; we want its own."""
    with pytest.raises(FhirRefused) as found:
        judge(b'{"active": true}')

    assert found.value.where == "Resource.resourceType"


def test_a_byte_order_mark_is_put_up_with():
    """One thing we take that the models do not: Windows writes it before JSON."""
    marked = b"\xef\xbb\xbf" + PATIENT

    assert judge(marked).resource == orjson.loads(PATIENT)
