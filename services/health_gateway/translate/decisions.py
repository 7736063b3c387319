"""BaRS's decision table as data: what a message of each kind says happened."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from schemas.events import CATALOGUE
from schemas.events.health import Code
from schemas.history import WITHDRAWAL

BESIDE: Final = "#other"
"""The side of a record of which combinations speak that the table does not have."""


def _known(name: str) -> str:
    """Refuse a misspelt type before anything is translated with it."""
    if name not in CATALOGUE:
        raise ValueError("not in the catalogue")
    return name


TypeName = Annotated[str, AfterValidator(_known)]
"""Name of a type in the event catalogue."""
Texts = tuple[Annotated[str, StringConstraints(min_length=1)], ...]


class Strict(BaseModel):
    """Base of what a person writes in YAML."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True
    )


class When(Strict):
    """Under which words a row of the decision table holds; absent means any."""

    event: str
    reason: Texts
    status: Texts
    category: Texts = ()
    use_cases: Texts = ()


class Expected(Strict):
    """What else the standard wants beside them; another word is a warning."""

    careplan: Texts = ()
    encounter: Texts = ()
    slot: Texts = ()


class Row(Strict):
    """One row of the decision table: what a message of this kind says happened."""

    when: When
    expected: Expected = Expected()
    type: TypeName
    facet: str = ""
    """Added to the record's id, so that an end never supersedes the referral itself."""
    classification: Code | None = None
    warning: Code | None = None
    """For what the standard's table does not have and its own examples do."""


class DecisionTable(Strict):
    """BaRS's decision table (`contracts/standards/bars.yaml`)."""

    version: Annotated[str, Field(min_length=1)]
    refused: Texts
    """Events that are never taken."""
    rows: tuple[Row, ...]

    def row(self, event: str, reason: str, status: str, category: str) -> Row | None:
        """Return the first row for these words."""
        return next(
            (r for r in self.rows if _holds(r.when, event, reason, status, category)),
            None,
        )

    def facets(self, event: str) -> frozenset[str]:
        """Return every side of a record of which messages of *event* may speak."""
        rows = (row for row in self.rows if row.when.event == event)
        said = {row.facet for row in rows if row.type != WITHDRAWAL}
        return frozenset(said | {BESIDE})

    @property
    def events(self) -> frozenset[str]:
        """The events that the table knows."""
        return frozenset(row.when.event for row in self.rows) | set(self.refused)


def _holds(when: When, event: str, reason: str, status: str, category: str) -> bool:
    """Return whether a row is about these words."""
    return (
        when.event == event
        and reason in when.reason
        and status in when.status
        and (not when.category or category in when.category)
    )
