"""
Shows operators where each message is, and takes refused ones back in.

Speaks: HTTP, a page, the command line. Reads: every topic. Writes: any topic, when a
person replays. Keeps: the ledger, refused messages, when each source was last heard.
"""
