"""
Shows one child's timeline to those who may see it, as JSON and as a page.

Speaks: HTTP. Reads: `events.linked`. Writes: `refused`.
Keeps: entries by person, which persons are one child, and audit.
"""
