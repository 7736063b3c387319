"""The plan: the same for the same seed, and holding what it promises."""

from collections import defaultdict
from datetime import date

import orjson
import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.load.children import COUNCIL, SCHOOLS, TRUST
from tests.load.identifiers import nhs_number, upn
from tests.load.plan import plan

_TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module", name="whole")
def _whole():
    """Return a load of the full size."""
    return plan(5, today=_TODAY)


def _distinct(whole):
    """Return the records of the requests that repeat no other."""
    return [d for one in whole.sends if not one.doubled for d in one.drafts]


class TestIdentifiers:
    """Invented numbers pass the real checks."""

    def test_nhs_number(self):
        """The check digit is modulus 11; where it would be ten there is no number."""
        assert nhs_number(123451) == "9991234519"
        made = [nhs_number(serial) for serial in range(1100)]
        assert None in made
        assert all(_weighs_nothing(number) for number in made if number)

    def test_upn(self):
        """The check letter is modulus 23 over an alphabet without I, O and S."""
        assert upn("931", 1234, 2024, 1) == "M931123424001"

    def test_children(self, whole):
        """No two children share a number."""
        for name in ("nhs_number", "upn"):
            assert len({getattr(child, name) for child in whole.children}) == 200


def _weighs_nothing(number):
    """Return whether a number with its check digit is a multiple of eleven."""
    weights = range(10, 0, -1)
    return sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11 == 0


class TestShares:
    """How much of what there is."""

    def test_events(self, whole):
        """Five thousand distinct versions of records."""
        records = {
            (d.sender, d.sourcerecord, d.sourceversion) for d in _distinct(whole)
        }
        assert len(records) == len(_distinct(whole)) == 5000

    def test_doubled(self, whole):
        """One in twenty is sent twice, some under a new request id."""
        doubled = [one for one in whole.sends if one.doubled]
        assert sum(len(one.drafts) for one in doubled) == 250
        assert {one.doubled for one in doubled} == {"resent", "reminted"}

    def test_doubles_repeat(self, whole):
        """A double has the bytes of an earlier request, and its id if it is resent."""
        bodies, ids = set(), {}
        for one in whole.sends:
            if one.doubled:
                assert one.body in bodies
                same = ids.get(one.request_id) == one.body
                assert same == (one.doubled == "resent")
            bodies.add(one.body)
            ids[one.request_id] = one.body

    def test_late(self, whole):
        """About one in twenty happened weeks ago, the others these two days."""
        late = [d for d in _distinct(whole) if d.late]
        assert 150 <= len(late) <= 350
        assert all(d.occurred[:10] <= "2026-11-09" for d in late)
        rest = {d.occurred[:10] for d in _distinct(whole) if not d.late}
        assert rest == {"2026-11-22", "2026-11-23"}

    def test_agencies(self, whole):
        """Council and trust both speak of each child, and schools of some."""
        spoken = defaultdict(set)
        for draft in _distinct(whole):
            spoken[draft.sender].add(draft.child)
        assert len(spoken[COUNCIL]) == len(spoken[TRUST]) == 200
        assert all(spoken[school] for school in SCHOOLS)

    def test_doors(self, whole):
        """Both doors are used, and arrays as well as single events."""
        kinds = {(one.door, one.content_type) for one in whole.sends}
        assert {kind for _, kind in kinds} == {
            "application/cloudevents+json",
            "application/cloudevents-batch+json",
            "application/fhir+json",
        }


class TestOrder:
    """A person has one lane, and versions go up in it."""

    def test_one_lane(self, whole):
        """All that one sender says of one child is in one lane."""
        lanes = defaultdict(set)
        for one in whole.sends:
            for draft in one.drafts:
                lanes[draft.sender, draft.child].add(one.lane)
        assert all(len(several) == 1 for several in lanes.values())

    def test_versions(self, whole):
        """A second version comes after its first, and there are some."""
        seen = set()
        for draft in _distinct(whole):
            if draft.sourceversion == 2:
                assert (draft.sender, draft.sourcerecord) in seen
            seen.add((draft.sender, draft.sourcerecord))
        assert sum(d.sourceversion == 2 for d in _distinct(whole)) > 20


class TestBytes:
    """What goes over the wire."""

    def test_seed(self, whole):
        """The same seed and day give the same bytes; another seed does not."""
        assert plan(5, today=_TODAY) == whole
        other = plan(6, today=_TODAY)
        assert {c.nhs_number for c in other.children} != {
            c.nhs_number for c in whole.children
        }
        assert not {s.request_id for s in other.sends} & {
            s.request_id for s in whole.sends
        }

    def test_referrals(self, whole):
        """A referral is a FHIR R4 Bundle whose references stay inside it."""
        body = next(one.body for one in whole.sends if one.door == "health")
        Bundle.model_validate_json(body)
        urls = {entry["fullUrl"] for entry in orjson.loads(body)["entry"]}
        for reference in _references(orjson.loads(body)):
            assert reference in urls

    def test_school_holds_no_nhs_number(self, whole):
        """A school writes a UPN and no NHS number."""
        one = next(s for s in whole.sends if s.sender in SCHOOLS)
        assert b"upn" in one.body
        assert b"nhs_number" not in one.body


def _references(value):
    """Yield every reference in a resource."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    if isinstance(value, dict):
        if "reference" in value:
            yield value["reference"]
        for item in value.values():
            yield from _references(item)
