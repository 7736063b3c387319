"""What people and agencies go through, from a door to a page."""
