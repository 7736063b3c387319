"""Who is one child. Pure: a registry of what is known goes in, decisions come out."""

from services.identity_linking.rules.choosing import Choice, bare_followers, choose
from services.identity_linking.rules.correcting import unsaid
from services.identity_linking.rules.registry import (
    KnownPerson,
    Registry,
    Stated,
    stated,
)

__all__ = [
    "Choice",
    "KnownPerson",
    "Registry",
    "Stated",
    "bare_followers",
    "choose",
    "stated",
    "unsaid",
]
