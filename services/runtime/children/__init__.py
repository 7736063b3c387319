"""
Entries by person, and the map that says which persons are one child.

Every reader of the shared stream keeps both, in its own schema. Linking, joining and
un-linking change the map alone (design §3).
"""

from services.runtime.children.entries import account, add_entries, entries_of
from services.runtime.children.links import PERSON_LINKED, Moved, current_child, place
from services.runtime.children.taking import Child, Children, Link, Taken, hold, opened

__all__ = [
    "PERSON_LINKED",
    "Child",
    "Children",
    "Link",
    "Moved",
    "Taken",
    "account",
    "add_entries",
    "current_child",
    "entries_of",
    "hold",
    "opened",
    "place",
]
