"""What feeds are filled with, and waiting until one holds it."""

from tests.support.agencies import SCHOOL, event
from tests.support.local_stack import until

DRAFT = "ehcp.draft_issued.v1"


def ids(receipt):
    """Return the ids of a message's events."""
    return [one["id"] for one in receipt["events"]]


def told(agencies, org, after, *receipts):
    """Return the events of some messages in a feed behind *after*, once all are there."""
    refs = {receipt["message_ref"] for receipt in receipts}
    wanted = {own for receipt in receipts for own in ids(receipt)}

    def found():
        """Return them as far as they are there."""
        every = agencies.feed_all(org, after)
        return [one for one in every if one.get("causationid") in refs]

    until(lambda: wanted <= {one["id"] for one in found()})
    return [one for one in found() if not one["type"].startswith("clock.")]


def drafts(person, count):
    """Return events that start no clock."""
    return [event(person, DRAFT, data={"version": n + 1}) for n in range(count)]


def school_events(person, count):
    """Return events in which a school is named."""
    return [
        event(person, "ehcp.school_consulted.v1", data={"school": SCHOOL})
        for _ in range(count)
    ]
