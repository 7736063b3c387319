"""
The independent checker: what was acknowledged against what can be read, over HTTP.

Imports nothing from the services, their schemas or their deployment. `collect` reads,
`compare` decides and does no I/O.
"""
