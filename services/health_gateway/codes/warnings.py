"""What was put up with, in plain words for the sender."""

from typing import Final

WARNINGS: Final = {
    "no-patient": "This is about no patient: it was taken in and makes no event.",
    "bundle-within": (
        "A Bundle within a Bundle is not opened: send its entries by themselves."
    ),
    "not-bars": (
        "This is no message of BaRS: its entries were taken as those of a collection."
    ),
    "response-not-checked": (
        "Whether MessageHeader.response.identifier answers a request that was taken in "
        "is looked up only when it is sent: an unknown one is refused (404)."
    ),
    "headers-absent": "Headers that BaRS requires of a message are absent.",
    "accept-version-absent": "Accept names no version of BaRS Core.",
    "slots-alone": "A message about slots alone makes no event.",
    "outside-the-table": (
        "BaRS does not define this combination of event, reason, status and category: "
        "it was taken in as other."
    ),
    "reason-outside-the-table": (
        "BaRS defines another reason for this; it was read as its own examples use it."
    ),
    "category-absent": "The category is absent; this was read as a referral.",
    "careplan-outside-the-table": "BaRS wants another CarePlan.status here.",
    "encounter-outside-the-table": "BaRS wants another Encounter.status here.",
    "slot-outside-the-table": "BaRS wants another Slot.status here.",
    "version-absent": "Bundle.meta.versionId, the version of BaRS Core, is absent.",
    "prefer-not-followed": (
        "Not all that Prefer asks for is done here: every answer is an OperationOutcome "
        "or a Bundle, at once, and what is wrong is refused."
    ),
    "use-context-differs": "The header use-context does not name this message's event.",
    "unclassified": "No event type says this: it is on the timeline as unclassified.",
    "meaning-modified": (
        "doNotPerform, modifierExtension or implicitRules change what this means: it was "
        "not interpreted."
    ),
    "nhs-number-check-failed": "The NHS number's check digit does not agree.",
    "repaired": "Some of it was read otherwise than sent, as agreed with you.",
    "date-beyond": (
        "The date on which it happened is not between 1900 and 2199: the next best one "
        "was taken."
    ),
    "field-left-out": "Something could not be carried and was left out.",
}
"""By the hyphenated word of the warning."""
