"""
What the timeline keeps besides entries and the map, and how it is read.

* `lookups` holds by what a child is found, and when each source was last heard.
* `reading` answers a viewer: permission first, and the audit row in the same commit.
"""
