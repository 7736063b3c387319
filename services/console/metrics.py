"""What the console exports: whether anything was lost on the way."""

from typing import Final

from prometheus_client import Gauge

from services.console.rules import Balance

_DIFFERENCE: Final = Gauge(
    "throughline_conservation_difference",
    "Events or messages that a topic held and a reader neither keeps nor refused.",
    ["reader", "topic", "source"],
)
_UNCHECKED: Final = Gauge(
    "throughline_conservation_unchecked", "Accounts that could not be counted."
)
_CHECKED: Final = Gauge(
    "throughline_conservation_checked_timestamp_seconds",
    "When it was last counted, seconds since 1970 UTC.",
)


def export(balance: Balance) -> None:
    """Export *balance*, and nothing of the one before."""
    _DIFFERENCE.clear()
    for line in balance.lines:
        _DIFFERENCE.labels(line.reader, line.topic, line.source).set(line.difference)
    _UNCHECKED.set(len(balance.unchecked))
    _CHECKED.set(balance.at.timestamp())
