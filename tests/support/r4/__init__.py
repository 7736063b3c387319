"""Documents of every R4 type, what can be wrong with them, and who decides."""
