"""
What the timeline keeps, and how it is read.

* `entries` holds the statements: entries, the map, and when each source was heard.
* `reading` answers a viewer: permission first, and the audit row in the same commit.
"""

from services.timeline.store.entries import add_entries, hear, place

__all__ = ["add_entries", "hear", "place"]
