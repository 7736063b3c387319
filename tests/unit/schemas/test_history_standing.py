"""What of a child's history stands: corrected, withdrawn, moved, translated again."""

from schemas.history import (
    history,
    standing,
    telling,
)
from tests.support.entries import SCHOOL, TRUST, entry, states, version, withdrawal

REQUESTED = "ehcna.requested.v1"


class TestSupersession:
    """Of one record of one sender, the highest version stands."""

    def test_highest_version_stands(self):
        """Each version names its neighbours, whichever arrived first."""
        placed = {p.entry.id: p for p in history([version(5), version(1), version(3)])}

        assert [placed[i].state for i in ("R v1", "R v3", "R v5")] == [
            "superseded",
            "superseded",
            "linked",
        ]
        assert placed["R v1"].supersededby == "R v3"
        assert placed["R v3"].supersededby == "R v5"
        assert placed["R v3"].supersedes == "R v1"
        assert placed["R v5"].supersedes == "R v3"
        assert placed["R v1"].supersedes is placed["R v5"].supersededby is None

    def test_first_of_one_version_stands(self):
        """A version stated twice counts once: as it was heard first."""
        first = version(2, id="b", time="2026-03-02T09:00:00.000000Z")
        again = version(2, id="a", time="2026-03-02T09:00:01.000000Z")
        placed = {p.entry.id: p for p in history([again, version(1), first])}

        assert placed["a"].state == "superseded"
        assert placed["a"].supersededby == "b"
        assert placed["a"].supersedes is None
        assert placed["b"].state == "linked"
        assert placed["b"].supersedes == "R v1"

    def test_same_record_id_of_another_sender_is_another_record(self):
        """Senders choose their record ids without asking each other."""
        found = states([version(1), version(2, source=SCHOOL)])

        assert set(found.values()) == {"linked"}


class TestWithdrawal:
    """What its sender takes back is withdrawn, whichever arrived first."""

    def test_withdraws_every_version(self):
        """Without a version all are withdrawn, those that come later too."""
        found = states([withdrawal(version(1)), version(1), version(2)])

        assert found["R v1"] == found["R v2"] == "withdrawn"

    def test_higher_version_stands(self):
        """A correction of what was withdrawn stands."""
        taken_back = withdrawal(version(1), version=1)

        assert states([version(2), taken_back, version(1)]) == {
            "R v1": "withdrawn",
            "R v2": "linked",
            taken_back.id: "linked",
        }

    def test_a_limit_spares_what_is_above(self):
        """Up to a version all are withdrawn, and a higher one stands."""
        taken_back = withdrawal(version(2), upto=2)
        found = states([version(3), taken_back, version(1)])

        assert found["R v1"] == "withdrawn"
        assert found["R v3"] == "linked"
        assert states([taken_back, version(2)])["R v2"] == "withdrawn"

    def test_what_is_heard_afterwards_stands(self):
        """A record that was deleted stands when it is made again, whatever its version."""
        before, at = "2026-03-01T09:00:00.000000Z", "2026-03-02T09:00:00.000000Z"
        deleted = withdrawal(version(1), until=at)
        again = version(2, time="2026-03-02T09:00:00.000001Z")
        found = states([again, deleted, version(1, time=before)])

        assert found["R v1"] == "withdrawn"
        assert found["R v2"] == "linked"
        assert states([deleted, version(2, time=at)])["R v2"] == "withdrawn"

    def test_lower_version_stays_superseded(self):
        """Taking back the current version does not bring the former one back."""
        found = states([version(1), version(2), withdrawal(version(2), version=2)])

        assert found["R v1"] == "superseded"
        assert found["R v2"] == "withdrawn"

    def test_only_the_sender_takes_back(self):
        """One agency's withdrawal does nothing to another's record."""
        found = states([version(1), withdrawal(version(1), source=TRUST)])

        assert found["R v1"] == "linked"

    def test_same_record_id_does_not_supersede(self):
        """A withdrawal may carry the record id of what it withdraws."""
        under_same_id = withdrawal(
            version(1), sourcerecord="R", sourceversion=2, id="W"
        )

        assert states([under_same_id, version(1)]) == {
            "R v1": "withdrawn",
            "W": "linked",
        }

    def test_corrected_withdrawal_gives_back(self):
        """A withdrawal that named the wrong record is corrected by its next version."""
        wrong = withdrawal(version(1), sourcerecord="W")
        other = entry(REQUESTED, "2026-04-01", sourcerecord="S")
        right = withdrawal(other, sourcerecord="W", sourceversion=2)

        found = states([right, other, wrong, version(1)])

        assert found["R v1"] == "linked"
        assert found["S v1"] == "withdrawn"
        assert found["W v1"] == "superseded"

    def test_standing_leaves_out_what_fell(self):
        """Only what is neither superseded nor withdrawn stands."""
        other = entry(REQUESTED, "2026-04-01", sourcerecord="S")
        taken_back = withdrawal(other)

        found = standing([version(1), version(2), other, taken_back])

        assert found == [version(2), taken_back]


def move(of, **changes):
    """Return our withdrawal of *of*, whose record went to another person."""
    named = {"sourcerecord": of.sourcerecord, "sourceversion": of.sourceversion}
    data = {"withdraws": named, "reason": "moved"}
    said = {"sourcerecord": "moved-1", "source": of.source, "data": data} | changes
    return entry("event.withdrawn.v1", "2026-03-09", **said)


class TestMoves:
    """A record whose next version is about another person stands there, not here."""

    def test_what_moved_is_superseded(self):
        """The version named is superseded, by nothing that this child shows."""
        first = version(1)

        [placed] = [p for p in history([first, move(first)]) if p.entry is first]

        assert (placed.state, placed.supersededby) == ("superseded", None)

    def test_a_move_to_another_person_of_the_child_says_nothing(self):
        """Where the later version is here as well, it was merely corrected."""
        first, second = version(1), version(2, personref="another")
        moved = move(first)

        assert telling([first, second, moved]) == [first, second]
        assert telling([first, moved]) == [first, moved]
        assert states([first, second, moved])[first.id] == "superseded"

    def test_a_withdrawal_counts_for_more(self):
        """What its sender took back is withdrawn, wherever the record went."""
        first = version(1)

        assert states([first, move(first), withdrawal(first)])[first.id] == "withdrawn"


class TestRevisions:
    """Of one version translated again, the newest translation stands."""

    def test_the_newest_translation_stands(self):
        """Each supersedes the one before; the next version supersedes the newest."""
        one, again = version(1), version(1, id="R v1 again", revision=2)
        next_one = version(2)
        found = {p.entry.id: p for p in history([next_one, again, one])}

        assert [found[e.id].state for e in (one, again, next_one)] == [
            "superseded",
            "superseded",
            "linked",
        ]
        assert found[one.id].supersededby == found[next_one.id].supersedes == again.id
        assert found[again.id].supersedes == one.id
