"""
Who works the machinery itself, operators and stewards, and who sees to its own files.

What a token says of a role is not enough: an agreement in force must name the
organisation with it, as it must for whoever is shown a child.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.runtime.agreements import Contracts
from services.runtime.audit import Disclosure
from services.runtime.problems import Problem
from services.runtime.terms import Terms, holding, owning
from services.runtime.tokens import Caller

OPERATOR: Final = "operator"
STEWARD: Final = "steward"
_SCOPE: Final = "operate"


@dataclass(frozen=True, slots=True)
class Officer:
    """Whoever asks, in the role in which they may, and what says so."""

    caller: Caller
    role: str
    agreement: str
    version: str
    """SHA-256 of the file that held the agreement."""

    def discloses(
        self, action: str, subject: str, shown: Mapping[str, Any]
    ) -> Disclosure:
        """Return what is to be written down before *shown* of *subject* leaves."""
        return Disclosure(
            caller=self.caller,
            role=self.role,
            action=action,
            subject=subject,
            agreement=self.agreement,
            version=self.version,
            shown=shown,
        )


def operator(caller: Caller, contracts: Contracts) -> Officer:
    """Return *caller* as an operator who may operate; raises a 403 otherwise."""
    caller.needs(_SCOPE)
    return officer(caller, contracts, OPERATOR)


def officer(caller: Caller, contracts: Contracts, *roles: str) -> Officer:
    """
    Return *caller* in the first role of its token that is one of *roles* and is agreed.

    Raises a 403 where the token has none of them, or no agreement in force names its
    organisation with it.
    """
    held = holding(contracts.viewer(caller), roles, contracts.rules.agreements)
    if held is None:
        named = " or ".join(roles)
        detail = f"This needs the role {named}, under an agreement that names it."
        raise Problem(403, "not-permitted", detail)
    return _officer(caller, *held)


def owner(caller: Caller, contracts: Contracts) -> Officer | None:
    """
    Return *caller* as a person who may see what their organisation sent, or None.

    Asked for values in reports of files, and of whoever decides about a held one.
    """
    held = owning(contracts.viewer(caller), contracts.rules.agreements)
    return _officer(caller, *held) if held else None


def _officer(caller: Caller, role: str, terms: Terms) -> Officer:
    """Return *caller* in *role*."""
    return Officer(caller, role, terms.agreement.id, terms.version)
