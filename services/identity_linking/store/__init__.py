"""What identity keeps."""

from services.identity_linking.store.linking import (
    asked_of,
    current_child,
    founded_at,
    is_named,
    known_digests,
    load,
    lock,
    namings_of,
    particulars,
    save_asked,
    save_decisions,
    save_epoch,
    save_namings,
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
from services.identity_linking.store.reviews import open_reviews, settle_review

__all__ = [
    "Place",
    "asked_of",
    "commanded",
    "current_child",
    "founded_at",
    "is_named",
    "known_digests",
    "load",
    "lock",
    "namings_of",
    "open_reviews",
    "part",
    "particulars",
    "place_of",
    "save_asked",
    "save_command",
    "save_decisions",
    "save_epoch",
    "save_namings",
    "save_places",
    "save_reviews",
    "save_said",
    "settle_review",
]
