"""What a gateway counts: its messages and events, each in exactly one state."""

from typing import Final

from schemas.topics import Topic
from services.runtime.sums import Account, Books

_TAKEN: Final = """
SELECT message_ref AS id, sender AS source FROM receipts r
WHERE EXISTS (SELECT 1 FROM undoings u WHERE u.message_ref = r.message_ref)
OR EXISTS (SELECT 1 FROM repeated p WHERE p.message_ref = r.message_ref)
OR (r.state <> 'waiting' AND r.reason IS DISTINCT FROM 'rows-failed'
    AND EXISTS (SELECT 1 FROM receipt_events e WHERE e.message_ref = r.message_ref))
"""
_STATES: Final = """
SELECT 'message' AS what, sender AS source, state, count(*) AS n
FROM receipts GROUP BY sender, state
UNION ALL
SELECT 'message', source, 'out of scope', sum(count)::bigint
FROM out_of_scope GROUP BY source
UNION ALL
SELECT 'event', source, state, count(DISTINCT event_id)
FROM receipt_events WHERE event_id IS NOT NULL GROUP BY source, state
ORDER BY what, source, state
"""
_OVERDUE: Final = """
SELECT 'message' AS what, r.sender AS source, count(DISTINCT message_ref) AS n
FROM receipts r JOIN originals o USING (message_ref)
WHERE r.state = 'waiting' AND r.reason IS DISTINCT FROM 'held'
AND o.kept_at < now() - interval '5 minutes'
GROUP BY r.sender
UNION ALL
SELECT 'event', e.source, count(DISTINCT e.event_id)
FROM receipt_events e JOIN originals o USING (message_ref)
WHERE e.state = 'translated'
AND greatest(e.told_at, o.kept_at) < now() - interval '5 minutes'
GROUP BY e.source
"""


def books(reader: str, topic: Topic) -> Books:
    """Return what the gateway counts whose translator reads *topic* as *reader*."""
    return Books((Account(reader, topic, _TAKEN, unit="message"),), _STATES, _OVERDUE)
