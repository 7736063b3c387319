"""References: the same every time, different for whoever is different, silent."""

from uuid import UUID

import pytest

from services.runtime import refs

KEY = b"a key that only tests know"
COUNCIL = "urn:dfe:la:931"
TRUST = "urn:ods:RNU"
PERSON = {
    "local_id": "P88",
    "nhs_number": "9991234519",
    "upn": "M931123424001",
    "date_of_birth": "2018-05-04",
}


def without(*names):
    """Return the person without some members."""
    return {name: said for name, said in PERSON.items() if name not in names}


def ref(person, sender=COUNCIL, key=KEY):
    """Return the reference of *person*."""
    return refs.person_ref(key, sender, person)


def test_a_senders_own_id_is_the_person():
    """Whatever else is said of it, one local id is one person of its sender."""
    changed = PERSON | {"nhs_number": "9990000018", "date_of_birth": "2019-01-01"}

    assert ref(PERSON) == ref(changed) == ref({"local_id": "P88"})


@pytest.mark.parametrize("scheme", ["nhs_number", "upn"])
def test_a_number_is_a_person_together_with_the_birth(scheme):
    """Without a local id a number with another birth, or alone, is somebody else."""
    number = {scheme: PERSON[scheme]}
    births = [{}, {"date_of_birth": "2018-05-04"}, {"date_of_birth": "2018-05-05"}]

    assert len({ref(number | birth) for birth in births}) == 3


def test_the_nhs_number_comes_before_the_upn():
    """With both numbers and no local id, the NHS number and birth are the person."""
    assert ref(without("local_id")) == ref(without("local_id", "upn"))


@pytest.mark.parametrize(
    "other",
    [
        {"sender": TRUST},
        {"key": b"another key"},
        {"person": {"local_id": "P89"}},
        {"person": {"child_ref": "P88"}},
    ],
)
def test_a_person_is_known_to_one_sender_under_one_key(other):
    """Another sender, key, id or scheme is another reference."""
    assert ref(**({"person": {"local_id": "P88"}} | other)) != ref({"local_id": "P88"})


def test_nothing_of_a_person_shows_in_a_reference():
    """References are hexadecimal digits behind a letter that says what they name."""
    own = ref(PERSON)
    child = refs.child_ref(KEY, own, 1)

    assert (own[:2], child[:2]) == ("p-", "c-")
    assert set(own[2:]) <= set("0123456789abcdef")
    assert set(child[2:]) <= set("0123456789abcdef")
    assert len(own) == len(child) == 34


def test_a_child_founded_anew_is_another_child():
    """Who leaves and comes back founds a child that nobody had before."""
    assert refs.child_ref(KEY, "p-1", 1) != refs.child_ref(KEY, "p-1", 2)


def test_parts_cannot_run_together():
    """What ends one part never begins the next."""
    assert refs.keyed(KEY, "ab", "c") != refs.keyed(KEY, "a", "bc")
    assert refs.made_id("ab", "c") != refs.made_id("a", "bc")


def test_ids_are_what_the_design_says():
    """uuid5 of sender and message id, and of message, place, type and revision."""
    message = refs.message_ref("education_gateway", COUNCIL, "1")

    assert message.version == 5
    assert message == refs.message_ref("education_gateway", COUNCIL, "1")
    assert message != refs.message_ref("education_gateway", TRUST, "1")
    assert message != refs.message_ref("health_gateway", COUNCIL, "1")
    ids = {
        refs.event_id(m, place, kind, revision)
        for m in (message, UUID(int=1))
        for place in (0, 1)
        for kind in ("a.b.v1", "a.c.v1")
        for revision in (1, 2)
    }
    assert len(ids) == 16


def test_a_record_is_hashed_for_its_sender():
    """Two senders that use one record id cannot tell that they do."""
    assert refs.record_ref(KEY, COUNCIL, "1") != refs.record_ref(KEY, TRUST, "1")


def test_a_lookup_needs_number_and_birth():
    """A search finds a child by both alone."""
    found = {
        refs.lookup(KEY, scheme, number, born)
        for scheme in ("upn", "nhs_number")
        for number in ("1", "2")
        for born in ("2018-05-04", "2018-05-05")
    }
    assert len(found) == 8


@pytest.mark.parametrize("person", [{}, {"date_of_birth": "2018-05-04"}])
def test_a_person_without_an_identifier_has_no_reference(person):
    """Nothing that could be two people gets one reference."""
    with pytest.raises(ValueError, match="identifier"):
        ref(person)


def test_every_partition_is_used():
    """Keys spread over all six."""
    assert {refs.partition_of(b"p-%d" % n) for n in range(100)} == set(range(6))


def test_the_partition_of_a_key_is_fixed_for_life():
    """Keys lie where they lay in earlier releases: CRC-32 modulo six."""
    assert [refs.partition_of(b"p-%d" % n) for n in range(6)] == [1, 3, 3, 1, 4, 4]
    assert refs.partition_of(b"") == 0
