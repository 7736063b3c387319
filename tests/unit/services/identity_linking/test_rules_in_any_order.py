"""Where nothing contradicts, who is one with whom depends on no order of messages."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.agencies import nhs_number, upn
from tests.unit.services.identity_linking.registry import Told

SENDERS = ("urn:dfe:la:931", "urn:ods:RNU", "urn:dfe:urn:123456")
TWIN_BIRTH = "2018-05-04"
CHILDREN = [
    {
        "nhs_number": nhs_number(n),
        "upn": upn(n),
        "born": TWIN_BIRTH,
        "family_name": "Vale",
        "given_name": ("Ann", "Amy", "Ava")[n],
    }
    for n in range(3)
]
KINDS = {
    "health": ("nhs_number", "born", "family_name", "given_name"),
    "school": ("upn", "born", "family_name", "given_name"),
    "both": ("nhs_number", "upn", "born", "family_name", "given_name"),
    "nameless": ("nhs_number", "born"),
    "no number": ("born", "family_name", "given_name"),
    "bare": ("nhs_number",),
}


@st.composite
def messages(draw):
    """Return messages about three children by three senders, some of them again."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(SENDERS),
                st.integers(0, 2),
                st.sampled_from(sorted(KINDS)),
                st.booleans(),
            ),
            min_size=1,
            max_size=14,
        )
    )
    return [message(*one) for one in drawn]


def message(sender, nth, kind, shouting):
    """Return one message; a number alone is a person of its own, as design §3 says."""
    said = {name: CHILDREN[nth][name] for name in KINDS[kind]}
    if shouting and "family_name" in said:
        said["family_name"] = said["family_name"].upper()
    ref = f"{sender} {nth} bare" if kind == "bare" else f"{sender} {nth} {kind[:6]}"
    return ref, sender, said


def outcome(told_in_order):
    """Return who is one with whom after these messages."""
    told = Told()
    for ref, sender, said in told_in_order:
        told.tell(ref, sender, **said)
    return told.children(), told.doubts


@settings(max_examples=60, deadline=None)
@given(messages(), st.randoms(use_true_random=False))
def test_any_order_ends_in_the_same_children(sent, random):
    """Shuffled, and with every message twice, the outcome is the same but for names."""
    again = [*sent, *sent]
    random.shuffle(again)

    assert outcome(sent) == outcome(again) == outcome(sent[::-1])
    assert outcome(sent)[1] == set()


@settings(max_examples=60, deadline=None)
@given(messages())
def test_no_two_children_ever_become_one(sent):
    """Twins with one birth and one family name stay two whoever speaks of them."""
    for one in outcome(sent)[0]:
        assert len({ref.split()[1] for ref in one}) == 1


@settings(max_examples=40, deadline=None)
@given(messages(), messages(), st.data())
def test_who_was_parted_stays_parted(sent, later, data):
    """After a steward has parted a person, no later message brings it back."""
    told = Told()
    for ref, sender, said in sent:
        told.tell(ref, sender, **said)
    parted = data.draw(st.sampled_from(sorted(told.registry.persons)))
    others = told.registry.members[told.child(parted)] - {parted}
    told.part(parted)

    for ref, sender, said in later:
        told.tell(ref, sender, **said)

    assert not others & told.registry.members[told.child(parted)]
