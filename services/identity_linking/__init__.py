"""
Decides which persons, as agencies know them, are one child.

Speaks: HTTP for identifiers and for stewards. Reads: `events.translated`.
Writes: `events.linked`, `refused`. Keeps: identifiers, links, reviews, do-not-link.
"""
