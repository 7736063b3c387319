"""The seven services, and the runtime that they share."""
