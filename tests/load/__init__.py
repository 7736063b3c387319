"""
A seeded load: what agencies would send, and a driver that sends it until it is heard.

Imports nothing from the services, so that a mistake of theirs is not repeated here.
"""
