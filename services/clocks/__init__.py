"""
Keeps what is owed to each child, and warns once when it falls due.

Speaks: an API that explains a clock. Reads: `events.linked`.
Writes: `clocks.changed`, `refused`. Keeps: entries by person, clocks, warnings.
"""
