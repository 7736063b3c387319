"""This gateway's refusals."""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.errors import Refused


class EventRefused(Refused):
    """
    An event that breaks the catalogue.

    Lists every place and rule, for the sender; the first of them names the refusal.
    """

    def __init__(self, faults: Sequence[tuple[str, str]], *, reason: str) -> None:
        """Keep *faults*: pairs of JSON pointer and rule, never a value."""
        where, rule = faults[0]
        super().__init__(reason, where=where, rule=rule)
        self.faults = tuple(faults)

    def problem(self) -> Mapping[str, Any]:
        """Return the problem details of this one event."""
        return {
            "type": f"https://throughline.example/problems/{self.reason}",
            "title": self.reason.replace("-", " ").capitalize(),
            "status": 403 if self.reason == "not-the-sender" else 422,
            "detail": "Mend what is listed and send the event again.",
            "errors": [{"where": where, "rule": rule} for where, rule in self.faults],
        }


def not_live() -> EventRefused:
    """Return the refusal of an NHS number that only tests and examples use."""
    fault = ("/data/person/nhs_number", "is of a range that nobody has")
    return EventRefused([fault], reason="not-understood")
