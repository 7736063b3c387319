"""The shipped agreements, one child, and what each partner sees of it."""

import hashlib
from datetime import date
from pathlib import Path

import yaml

from schemas.agreement import AgreementsFile
from schemas.naming import namings
from services.runtime.decide import reach, visible
from services.runtime.terms import Viewer, agreements_of
from tests.support.entries import COUNCIL, SCHOOL, TRUST, entry

_ROOT = Path(__file__).parents[2]
_SHIPPED = (_ROOT / "contracts" / "agreements" / "oxfordshire.yaml").read_bytes()
VERSION = hashlib.sha256(_SHIPPED).hexdigest()
FILE = AgreementsFile.model_validate(yaml.safe_load(_SHIPPED))
AGREEMENTS = agreements_of([(FILE, VERSION)])
TODAY = date(2026, 11, 23)
ICB = "urn:ods:QU9"
NURSERY = "urn:dfe:urn:519001"
STRANGER = "urn:dfe:urn:990004"
ROLES = {
    COUNCIL: "send_officer",
    TRUST: "clinician",
    SCHOOL: "senco",
    ICB: "dco",
    NURSERY: "setting",
    STRANGER: "senco",
}

REQUEST = entry("ehcna.requested.v1", "2026-03-02", data={"school": SCHOOL})
REFERRAL = entry(
    "referral.received.v1", "2026-03-03", source=TRUST, data={"service": "slt"}
)
CONCERN = entry("concern.raised.v1", "2026-03-01", source=NURSERY)
CHILD = [REQUEST, REFERRAL, CONCERN]


def sight(org, entries, *roles, on=TODAY, agreements=AGREEMENTS):
    """Return the reach of *org* to the child of these entries."""
    viewer = Viewer(org, roles or (ROLES[org],), on)
    return reach(viewer, namings(entries), agreements)


def seen(org, entries, *roles):
    """Return the ids of what *org* sees."""
    return {e.id for e in visible(entries, sight(org, entries, *roles))}


def agreed(**changes):
    """Return one agreement of the trust, with changes, ready to be asked."""
    [plain] = [a for a in FILE.agreements if a.recipient == TRUST]
    changed = plain.model_dump() | changes
    file = {"agreements": [changed], "organisations": []}
    return agreements_of([(AgreementsFile.model_validate(file), "v")])
