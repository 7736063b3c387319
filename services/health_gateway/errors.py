"""Why a FHIR message was refused, in the words that its sender is answered with."""

from typing import Protocol

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
        return f"{self.rule}. {self.fault.advice}"
