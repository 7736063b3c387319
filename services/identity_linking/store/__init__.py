"""What identity keeps."""

from services.identity_linking.store.events import (
    Known,
    events_of,
    identifications,
    identified_in_error,
    known,
    one_child_with,
    save_events,
)
from services.identity_linking.store.linking import (
    current_child,
    founded_at,
    load,
    lock,
    new_names,
    particulars,
    save_decisions,
    save_epoch,
    save_places,
    save_reviews,
    save_said,
)
from services.identity_linking.store.parting import (
    Place,
    commanded,
    part,
    place_of,
    save_command,
)
from services.identity_linking.store.restoring import (
    restore_decision,
    restore_knownat,
    restore_senders,
)
from services.identity_linking.store.reviews import open_reviews, settle_review

__all__ = [
    "Known",
    "Place",
    "commanded",
    "current_child",
    "events_of",
    "founded_at",
    "identifications",
    "identified_in_error",
    "known",
    "load",
    "lock",
    "new_names",
    "one_child_with",
    "open_reviews",
    "part",
    "particulars",
    "place_of",
    "restore_decision",
    "restore_knownat",
    "restore_senders",
    "save_command",
    "save_decisions",
    "save_epoch",
    "save_events",
    "save_places",
    "save_reviews",
    "save_said",
    "settle_review",
]
