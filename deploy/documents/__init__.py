"""
What the contracts say, made from what runs: events, topics and HTTP doors.

Each module returns documents by their path below `contracts/`; `deploy.generate` writes
them or says which are stale. What code cannot say, the YAML files beside it say.
"""
