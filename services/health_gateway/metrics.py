"""Figures of the mailbox. No label ever holds an identifier."""

from typing import Final

from prometheus_client import Counter, Gauge

LETTERS: Final = Counter(
    "throughline_mailbox_messages_total",
    "Messages taken out of the MESH mailbox.",
    ["outcome"],
)
WAITING: Final = Gauge(
    "throughline_mailbox_waiting",
    "Messages that the last listing of the mailbox named.",
)
AWAY: Final = Counter(
    "throughline_mailbox_away_total",
    "Times that MESH did not answer or did not let us in.",
    ["status"],
)
