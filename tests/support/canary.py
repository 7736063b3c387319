"""A child whose particulars occur nowhere else, and messages wrong in every way."""

import json
import re

from tests.support.agencies import REQUESTED, TRUST, event, nhs_number, upn
from tests.support.bars import body_of, resource_of

CANARY = {
    "local_id": "Zyxquill-Quorvane-7",
    "nhs_number": nhs_number(8_123),
    "upn": upn(810_017),
    "date_of_birth": "2017-11-19",
    "family_name": "Zyxquill",
    "given_name": "Quorvane",
}
WRONG_NUMBER = CANARY["nhs_number"][:-1] + str((int(CANARY["nhs_number"][-1]) + 1) % 10)
TOLD = re.compile(
    "|".join(
        [
            *("zyxquill", "quorvane", CANARY["nhs_number"], WRONG_NUMBER),
            *(CANARY["upn"], CANARY["date_of_birth"], "20171119", "19/11/2017"),
        ]
    ),
    re.IGNORECASE,
)
"""Any way in which something of the child could be written."""


def wrongs(said):
    """Yield bodies that the education door must refuse, each with the child in it."""
    data = said["data"]
    yield b'{"Zyxquill": '
    yield b"\x00Zyxquill"
    yield json.dumps(said).replace("Quorvane", "\\u0000").encode()
    yield {"Zyxquill": said}
    yield said | {"type": "Zyxquill.v1"}
    yield said | {"Zyxquill": 1, "occurred": "Zyxquill"}
    yield said | {"source": "urn:dfe:la:Zyxquill"}
    yield said | {"source": TRUST}
    yield said | {"data": data | {"Zyxquill": 1, "school": "Zyxquill"}}
    for name in CANARY:
        yield said | {"data": data | {"person": CANARY | {name: ["Zyxquill"]}}}
        yield said | {"data": data | {"person": CANARY | {name: "Zyxquill" * 60}}}
    yield said | {"data": data | {"person": CANARY | {"nhs_number": WRONG_NUMBER}}}
    yield said | {"data": data | {"person": CANARY | {"nhs_number": "Zyxquill"}}}
    yield [said | {"id": "Zyxquill"}, said | {"occurred": "Zyxquill"}]
    yield event({"child_ref": "Zyxquill"}, REQUESTED)


def wrong_messages(sent):
    """Yield messages that the health door must refuse, each with the child in it."""
    whole = json.loads(body_of(sent))
    yield b'{"Zyxquill": '
    yield body_of(sent).replace(b"Quorvane", b"\\u0000")
    for kind in ("Patient", "MessageHeader", "ServiceRequest"):
        yield {
            **whole,
            "entry": [
                e for e in whole["entry"] if e["resource"]["resourceType"] != kind
            ],
        }
        changed = json.loads(body_of(sent))
        resource_of(changed, kind)["Zyxquill"] = {"Quorvane": 1}
        resource_of(changed, kind)["identifier"] = [{"system": 1, "value": "Zyxquill"}]
        yield changed
    for born in ("2017-11-19T25:00", "Zyxquill"):
        changed = json.loads(body_of(sent))
        resource_of(changed, "Patient")["birthDate"] = born
        yield changed
