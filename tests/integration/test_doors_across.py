"""One sender at both doors: a record and version have one effect, whichever took them."""

from tests.integration.test_doors_health import bundle, post, settled
from tests.support.agencies import TRUST, event, somebody
from tests.support.local_stack import until

REFERRAL = "referral.received.v1"


def states(receipt):
    """Return state and reason of the events of a message."""
    return [(one["state"], one["reason"]) for one in receipt["events"]]


def by_health(agencies, person, **changes):
    """Send a referral as FHIR; return its receipt and what it became."""
    receipt = settled(agencies, post(agencies, bundle(person, **changes)))
    own = receipt["events"][0]["id"]
    until(lambda: own in {e["id"] for e in agencies.shown(person, 1, TRUST)})
    [entry] = [e for e in agencies.shown(person, 1, TRUST) if e["id"] == own]
    return receipt, entry


def the_same(person, entry, **changes):
    """Return as a plain event what *entry* became of a referral of *person*."""
    local = {"local_id": f"https://trust.example/Id/patient|{person['local_id']}"}
    said = {
        "source": TRUST,
        "occurred": entry["occurred"],
        "sourcerecord": f"https://trust.example/Id/referral|REF-{person['local_id']}",
        "sourceversion": 1,
        "data": entry["data"],
    }
    return event(local, REFERRAL, **(said | changes))


def test_the_same_by_the_other_door_has_one_effect(agencies):
    """One entry and one line of the feed; the second receipt says that it came before."""
    person = somebody(upn=None)
    start = agencies.end_of_feed(TRUST)
    receipt, entry = by_health(agencies, person)
    again = agencies.publish(the_same(person, entry))

    assert states(receipt) == [("linked", None)]
    assert states(again) == [("refused", "duplicate")]
    agencies.publish(event(person, "assessment.completed.v1", source=TRUST))
    kinds = sorted(e["type"] for e in agencies.shown(person, 2, TRUST))
    assert kinds == ["assessment.completed.v1", REFERRAL]
    given = [e for e in agencies.feed_all(TRUST, start) if e["type"] == REFERRAL]
    assert [one["id"] for one in given] == [entry["id"]]


def test_other_content_by_the_other_door_is_a_conflict(agencies):
    """It is refused, and the timeline says that a message could not be read."""
    person = somebody(upn=None)
    _, entry = by_health(agencies, person)
    other = the_same(person, entry, data=entry["data"] | {"service": "other"})
    again = agencies.publish(other)

    assert states(again) == [("refused", "conflict")]
    kinds = sorted(e["type"] for e in agencies.shown(person, 2, TRUST))
    assert kinds == ["message.refused.v1", REFERRAL]


def test_the_same_of_another_child_is_a_conflict(agencies):
    """A record number used twice is no repeat: it must not vanish silently."""
    person, other = somebody(upn=None), somebody(upn=None)
    _, entry = by_health(agencies, person)
    said = the_same(other, entry, sourcerecord=the_same(person, entry)["sourcerecord"])

    assert states(agencies.publish(said)) == [("refused", "conflict")]


def test_a_correction_by_the_other_door_shows_on_the_receipt(agencies):
    """What was sent as FHIR is superseded by the plain event of a higher version."""
    person = somebody(upn=None)
    answer = post(agencies, bundle(person))
    receipt = settled(agencies, answer)
    until(lambda: agencies.shown(person, 1, TRUST))
    [entry] = agencies.shown(person, 1, TRUST)
    agencies.publish(the_same(person, entry, sourceversion=2))

    def superseded():
        """Return whether the health door says so."""
        return states(settled(agencies, answer)) == [("superseded", None)]

    assert states(receipt) == [("linked", None)]
    until(superseded)


def test_a_correction_that_came_first_shows_on_the_receipt(agencies):
    """The order in which versions reach the two doors changes nothing."""
    person = somebody(upn=None)
    _, entry = by_health(agencies, somebody(upn=None))
    agencies.publish(the_same(person, entry, sourceversion=2))
    answer = post(agencies, bundle(person))

    until(lambda: states(settled(agencies, answer)) == [("superseded", None)])
