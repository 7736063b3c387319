"""What happens to a child, by pathway, in the frequencies of an area. Pure."""
