"""
Takes what NHS systems send about a child and makes catalogue events of it.

Speaks: FHIR R4 messages, BaRS-shaped, over HTTP. Reads: `health.inbound`,
`events.linked`, `refused`. Writes: `health.inbound`, `events.translated`, `refused`.
Keeps: receipts, originals.
"""
