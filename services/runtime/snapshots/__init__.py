"""
Feeds that send their whole state each time: only what differs goes on.

`comparing` decides, `store` keeps the previous state of each table of each feed. A table
is a *state*, where absence is removal, or a *period*, where absence says nothing.
"""
