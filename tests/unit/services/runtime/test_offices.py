"""Who works the machinery: a role of the token, under an agreement in force."""

from datetime import date

import pytest

from services.runtime.agreements import Contracts
from services.runtime.offices import OPERATOR, STEWARD, officer, operator, owner
from services.runtime.problems import Problem
from services.runtime.tokens import Caller
from tests.support.agreements import COUNCIL, TRUST, VERSION

BEFORE = date(2023, 12, 31)


@pytest.fixture
def contracts(development):
    """Return the shipped agreements on a day on which they hold."""
    return Contracts(development)


def caller(*roles, org=COUNCIL, scopes=("operate",)):
    """Return who asks."""
    return Caller(org, roles, frozenset(scopes), "t", 0.0)


def test_an_operator_is_one_whom_an_agreement_names(contracts):
    """What is written down is the role that acts and the agreement that says so."""
    found = operator(caller("send_officer", OPERATOR), contracts)

    said = (found.role, found.agreement, found.version)
    assert said == (OPERATOR, "oxfordshire-council-operations", VERSION)


@pytest.mark.parametrize(
    "asks",
    [
        caller(OPERATOR, scopes=("read",)),
        caller("send_officer"),
        caller(),
        caller(OPERATOR, org=TRUST),
        caller(OPERATOR, org="urn:ods:RXX"),
    ],
)
def test_nobody_else_is_an_operator(contracts, asks):
    """Scope, role and agreement are each needed."""
    with pytest.raises(Problem) as refused:
        operator(asks, contracts)
    assert refused.value.status == 403


def test_no_office_outlasts_its_agreement(contracts, monkeypatch):
    """Before and after its days the agreement says nothing."""
    monkeypatch.setattr(Contracts, "today", BEFORE)

    with pytest.raises(Problem):
        operator(caller(OPERATOR), contracts)


def test_the_first_role_that_is_agreed_acts(contracts):
    """A steward who also operates acts as the token says first."""
    found = officer(caller("dco", STEWARD, OPERATOR), contracts, OPERATOR, STEWARD)

    assert found.role == STEWARD


@pytest.mark.parametrize(
    ("asks", "role"),
    [
        (caller("send_officer"), "send_officer"),
        (caller("clinician", STEWARD), STEWARD),
        (caller("clinician", org=TRUST), "clinician"),
        (caller("clinician"), None),
        (caller("dco"), None),
        (caller(OPERATOR), None),
        (caller("system"), None),
        (caller(), None),
        (caller("send_officer", org="urn:dfe:la:873"), None),
    ],
)
def test_values_of_a_file_are_for_people_whom_an_agreement_names(contracts, asks, role):
    """A role of the sender's own agreement; never its systems, its operators, others."""
    found = owner(asks, contracts)

    assert (found and found.role) == role


def test_nobody_owns_what_no_agreement_in_force_gives(contracts, monkeypatch):
    """Before its first day an agreement gives nothing."""
    monkeypatch.setattr(Contracts, "today", BEFORE)

    assert owner(caller("send_officer"), contracts) is None
