"""A registry of persons to tell things to, as identity does with each event."""

from typing import Any

from services.identity_linking import rules
from services.identity_linking.rules import Registry, Stated

NHS_NUMBER = "9991234519"
OTHER_NHS_NUMBER = "9990000018"
BAD_NHS_NUMBER = "9991234518"
UPN = "M931123424001"
BAD_UPN = "A931123424001"
TEMPORARY_UPN = "M93112342400B"
COUNCIL = "urn:dfe:la:931"
TRUST = "urn:ods:RNU"
ANN = {"born": "2018-05-04", "family_name": "Vale", "given_name": "Ann"}


class Told:
    """Tells a registry what messages say, in the order in which they come."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.registry = Registry()
        self.epoch = 0
        self.doubts: set[tuple[str, str, str]] = set()

    def tell(
        self, ref: str, sender: str = COUNCIL, calls: str = "", **said: Any
    ) -> str:
        """
        Say *said* of the person, and by which other persons' ids it is called too.

        Returns the choice's reason.
        """
        registry = self.registry
        registry.add(ref, sender, None)
        registry.note(ref, Stated(**said))
        for name in calls:
            registry.call(name, ref)
        choice = rules.choose(registry, ref)
        self.doubts |= {(ref, child, why) for child, why in choice.doubts}
        self._act(ref, choice)
        for follower in rules.bare_followers(registry, ref):
            following = rules.choose(registry, follower)
            if following.reason == "joined":
                self._act(follower, following)
        return choice.reason

    def _act(self, ref: str, choice: rules.Choice) -> None:
        """Found a child, or make all the children chosen one."""
        registry = self.registry
        if choice.reason == "founded":
            self.epoch += 1
            child = f"c-{self.epoch}"
            registry.founded[child] = self.epoch
            registry.place(ref, child)
            return
        stays, *leave = choice.children
        for person in {p for child in leave for p in registry.members[child]} | {ref}:
            registry.place(person, stays)

    def child(self, ref: str) -> str:
        """Return the child of a person."""
        found = self.registry.persons[ref].child
        assert found
        return found

    def children(self) -> set[frozenset[str]]:
        """Return who is one with whom, whatever the children are called."""
        return {frozenset(one) for one in self.registry.members.values() if one}

    def part(self, ref: str) -> None:
        """Part a person from its child, as a steward does."""
        others = self.registry.members[self.child(ref)] - {ref}
        self.registry.parted |= {(min(ref, o), max(ref, o)) for o in others}
        self._act(ref, rules.Choice("founded"))
