"""
What a council must hand in about its children, made from their timelines.

Identifiers come from the council's own file of persons and go into the return; nothing
of that file is kept. Timelines are asked over HTTP, as the council, and what it may not
see is not in them.
"""
