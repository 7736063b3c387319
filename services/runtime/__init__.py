"""
What every service needs, once. Not a service.

The step (`step`, `outbox`, `relay`, `reading`, `doors`), the envelope and references,
tokens, permission (`decide`, `agreements`) and audit, the map of children, pages, logs,
metrics and health, and the process that they make up (`service`).
"""
