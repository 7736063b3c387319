"""
Gives each subscriber, under its agreement, the events that it may have.

Speaks: a pull feed over HTTP. Reads: `events.linked`, `clocks.changed`.
Writes: `deliveries.attempted`, `refused`.
Keeps: entries by person, one ordered feed a subscriber, audit.
"""
