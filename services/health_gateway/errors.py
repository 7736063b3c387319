"""Why a FHIR message was refused, in the words that its sender is answered with."""

from dataclasses import dataclass
from typing import Literal, Protocol, Self

from schemas.errors import Refused


class Answer(Protocol):
    """What every row of the table of faults says."""

    @property
    def reason(self) -> str:
        """Hyphenated word for the ledger."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def code(self) -> str:
        """BaRS HTTP error code."""

    @property
    def issue(self) -> str:
        """FHIR issue type."""

    @property
    def advice(self) -> str:
        """What the sender can do."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of an OperationOutcome; holds no value from the message."""

    severity: Literal["error", "warning", "information"]
    fault: Answer
    rule: str
    """The rule in words, without a full stop; empty where the advice says it all."""
    expressions: tuple[str, ...] = ()
    """Where, as FHIRPath."""

    @classmethod
    def error(cls, fault: Answer, *where: str, rule: str) -> Self:
        """Return the issue of a broken rule."""
        return cls("error", fault, rule, where)

    @property
    def diagnostics(self) -> str:
        """The rule that was broken and what the sender can do."""
        rule = f"{self.rule}. " if self.rule else ""
        return f"{rule}{self.fault.advice}"


class FhirRefused(Refused):
    """
    A FHIR message that its sender must mend before sending it again.

    Carries what an OperationOutcome needs and never a value from the message: its
    text reaches logs and people who may not see whom the message is about.
    """

    def __init__(self, fault: Answer, *where: str, rule: str) -> None:
        """Refuse for *fault* at the FHIRPaths *where*, the first being the ledger's."""
        super().__init__(fault.reason, where=where[0], rule=rule)
        self.fault = fault
        self.expressions = where
        self.issues: tuple[Issue, ...] = (Issue.error(fault, *where, rule=rule),)
        """All that is wrong, the first being what the refusal itself says."""

    @classmethod
    def of(cls, issues: tuple[Issue, ...]) -> Self:
        """Return the refusal for *issues*, of which there is at least one."""
        first = issues[0]
        refused = cls(first.fault, *first.expressions, rule=first.rule)
        refused.issues = issues
        return refused

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return self.fault.status

    @property
    def code(self) -> str:
        """BaRS HTTP error code: `REC_BAD_REQUEST` and the like."""
        return self.fault.code

    @property
    def issue(self) -> str:
        """FHIR issue type."""
        return self.fault.issue

    @property
    def diagnostics(self) -> str:
        """The rule that was broken and what the sender can do."""
        return self.issues[0].diagnostics
