"""Of which children a publisher may tell us, by dated rules and lists of hashes."""

from dataclasses import replace
from datetime import date

import pytest

from schemas.errors import Stopped
from schemas.scope import ScopeRule
from schemas.statement import Statement
from services.runtime.intake.scope import Scope
from services.runtime.intake.scope_rules import (
    Rules,
    beside,
    cohort_lines,
    held_for,
    is_inside,
    read,
)
from services.runtime.problems import Problem
from services.runtime.service import Service
from services.runtime.settings import Shared

KEY = b"a key that only tests know"
TRUST = "urn:ods:RNU"
DAY = date(2026, 3, 2)
LISTED = "9991234519"


def rule(**changes):
    """Return a rule of the trust."""
    said = {
        "publisher": TRUST,
        "hears_of": "cohort",
        "cohort": "send",
        "lawful_basis": "invented",
        "valid_from": "2026-01-01",
        "valid_until": None,
    } | changes
    return ScopeRule.model_validate({k: v for k, v in said.items() if v != "-"})


def services(*names):
    """Return a rule that lists services."""
    return rule(hears_of="services", cohort="-", services=names)


def about(person, **data):
    """Return a statement."""
    words = ("referral.received.v1", "2026-03-02", "day", "R", 1)
    return Statement(0, *words, person=person, data=data)


def inside(statement, *rules, day=DAY):
    """Return whether the trust may tell us that."""
    listed = frozenset(cohort_lines(KEY, [LISTED]))
    held = held_for(Rules(rules, {"send": listed}), TRUST, day, development=False)
    return held is not None and is_inside(held, statement, KEY)


@pytest.mark.parametrize(
    ("person", "data", "expected"),
    [
        ({"nhs_number": LISTED}, {}, True),
        ({"nhs_number": LISTED, "local_id": "P1"}, {"service": "adult"}, True),
        ({"nhs_number": "9990000018"}, {}, False),
        ({"nhs_number": "9990000018", "former_nhs_numbers": [LISTED]}, {}, True),
        ({"local_id": LISTED}, {}, False),
        ({"nhs_number": "9990000018"}, {"service": "camhs"}, True),
        ({"nhs_number": "9990000018"}, {"service": "adult"}, False),
        ({}, {}, True),
    ],
)
def test_listed_children_and_listed_services_are_inside(person, data, expected):
    """Rules of one publisher add up; an identifier counts under its own scheme alone."""
    assert inside(about(person, **data), rule(), services("camhs")) is expected


@pytest.mark.parametrize(
    ("kind", "person", "stays"),
    [
        ("demographics.changed.v1", {"local_id": "P1"}, {1}),
        ("demographics.changed.v1", {"local_id": "P2"}, set()),
        ("referral.received.v1", {"local_id": "P1"}, set()),
    ],
)
def test_who_a_child_is_may_be_told_beside_what_is_inside(kind, person, stays):
    """Of the same child alone, and nothing else than who they are."""
    other = replace(about(person, service="adult"), type=kind)
    said = [about({"local_id": "P1"}, service="camhs"), other, about({})]

    assert beside(said, {1}, TRUST, KEY) == stays


def test_a_rule_holds_on_its_days():
    """Before it begins and after it ends nothing may come under it."""
    dated = rule(valid_until="2026-03-02")
    child = about({"nhs_number": LISTED})

    assert inside(child, dated)
    assert not inside(child, dated, day=date(2026, 3, 3))
    assert not inside(child, dated, day=date(2025, 12, 31))


def test_without_a_rule_development_takes_all_and_production_nothing():
    """So does a publisher for which only others have rules."""
    others = Rules((rule(publisher="urn:ods:RTH"),), {"send": frozenset()})
    held = held_for(others, TRUST, DAY, development=True)

    assert held is not None
    assert not held.narrow
    assert held_for(others, TRUST, DAY, development=False) is None


@pytest.mark.parametrize("mode", ["development", "production"])
def test_production_refuses_whoever_has_no_rule(mode, tmp_path):
    """The door answers 403 before it looks at the body; numbers nobody has are told."""
    shared = Shared(secret="x" * 16, mode=mode, data=tmp_path, contracts=tmp_path)
    scope = Scope(Service(shared, "health_gateway"))
    live = mode == "production"

    if live:
        with pytest.raises(Problem, match="not-permitted") as raised:
            scope.held(TRUST)
        assert raised.value.status == 403
    else:
        assert not scope.held(TRUST).narrow
    assert scope.may_be_live({"nhs_number": LISTED}) is not live
    assert scope.may_be_live({"nhs_number": "4010232137"})


NO_LIST = (
    "rules: [{publisher: 'urn:ods:RNU', hears_of: cohort, lawful_basis: x,"
    " valid_from: 2026-01-01, valid_until: null}]"
)
ABSENT_LIST = NO_LIST.replace("cohort,", "cohort, cohort: absent,")


@pytest.mark.parametrize("text", ["rules: [{}]", "rules: {", NO_LIST, ABSENT_LIST])
def test_a_rule_that_cannot_be_followed_stops_the_start(text, tmp_path):
    """A misspelt rule, or a list that is not there, must not let anybody through."""
    (tmp_path / "scope").mkdir()
    (tmp_path / "scope" / "one.yaml").write_text(text)
    shared = Shared(secret="x" * 16, data=tmp_path, contracts=tmp_path)

    with pytest.raises(Stopped):
        read(shared)


def test_a_list_holds_hashes_alone():
    """What goes in cannot be read from what comes out, nor in which order it came."""
    lines = cohort_lines(KEY, [f"{LISTED}\n", "\n", "upn,M931123424001", LISTED])

    assert len(lines) == 2
    assert lines == sorted(lines)
    assert not {LISTED, "M931123424001"} & set(lines)
    with pytest.raises(ValueError, match="line 2"):
        cohort_lines(KEY, [LISTED, "name,Vale"])
