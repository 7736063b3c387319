"""
Takes what schools' and councils' systems state and makes catalogue events of it.

Speaks: CloudEvents over HTTP. Reads: `education.inbound`, `events.linked`, `refused`.
Writes: `education.inbound`, `events.translated`, `refused`. Keeps: receipts, originals.
"""
