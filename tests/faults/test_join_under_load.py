"""A join and an un-link under load and kills give what a run gives that had them first."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import pytest

from tests.load.drive import Pace
from tests.support.agencies import COUNCIL, SCHOOL, TRUST, event, somebody
from tests.support.faults import Drill, drilled, load_of

pytestmark = pytest.mark.long
NAMES: Final = (
    "health_gateway",
    "education_gateway",
    "identity_linking",
    "clocks",
    "timeline",
    "delivery",
)
KILLED: Final = ("identity_linking", "delivery", "timeline", "clocks")
"""Who dies after the join and the un-link, one after another."""
SECRET: Final = "5ec2e7" * 10
LOAD: Final = load_of(88, 300, 15)
TYPES: Final = {
    COUNCIL: "ehcna.requested.v1",
    TRUST: "referral.accepted.v1",
    SCHOOL: "concern.raised.v1",
}
KNOWING: Final = {"time", "knownat", "child_ref", "as_of", "last_heard"}
"""References, and when things were known: all that may differ."""

Person = dict[str, Any]


@dataclass
class Story:
    """Two children: of one, two persons are joined; of the other, one is parted."""

    joined: Person = field(default_factory=somebody)
    parted: Person = field(default_factory=somebody)

    def known_to(self, org: str, person: Person) -> Person:
        """Return the child as *org* knows it: health no UPN, the school no NHS number."""
        hidden = {TRUST: "upn", SCHOOL: "nhs_number"}.get(org)
        own = {"local_id": f"{org[-3:]}-{person['local_id']}"}
        return {name: said for name, said in person.items() if name != hidden} | own

    def said(self, org: str, person: Person, nth: int) -> dict[str, Any]:
        """Return the *nth* thing that *org* says of the child, the same in every run."""
        own = f"{org}-{person['local_id']}-{nth}"
        told = self.known_to(org, person)
        day = f"2026-02-{nth + 1:02d}"
        return event(told, TYPES[org], source=org, id=own, occurred=day)

    @property
    def opening(self) -> list[dict[str, Any]]:
        """What makes each person known."""
        whose = ((TRUST, self.joined), (SCHOOL, self.joined))
        pairs = (*whose, (TRUST, self.parted), (COUNCIL, self.parted))
        return [self.said(org, person, 0) for org, person in pairs]

    @property
    def rest(self) -> list[dict[str, Any]]:
        """What is said of them afterwards."""
        orgs = ((TRUST, COUNCIL, SCHOOL), self.joined), ((TRUST, COUNCIL), self.parted)
        return [
            self.said(org, person, nth)
            for nth in range(1, 9)
            for several, person in orgs
            for org in several
        ]


def publish(drill: Drill, said: dict[str, Any]) -> None:
    """Send one event under the ids that it has in every run; return once it is linked."""
    own, org = str(uuid5(NAMESPACE_URL, said["id"])), said["source"]
    headers = {"X-Correlation-ID": own}
    taken = drill.agencies.post(said, org, request_id=own, headers=headers)
    assert taken.status_code == 202, taken.text
    ref = taken.json()["message_ref"]
    drill.until(lambda: drill.agencies.is_settled(ref, org))


def join_and_part(drill: Drill, story: Story) -> None:
    """Tell of both numbers of the one child, and part the council's person of the other."""
    publish(drill, story.said(COUNCIL, story.joined, 0))
    child = drill.agencies.child_of(story.parted)
    mine: list[str] = []

    def known() -> bool:
        """Find the council's person in its feed."""
        feed = drill.agencies.feed_all(COUNCIL)
        own = [e for e in feed if e["subject"] == child and e["source"] == COUNCIL]
        mine[:] = [e["personref"] for e in own if e["type"] == TYPES[COUNCIL]]
        return bool(mine)

    drill.until(known)
    asked = {"reason": "two children with one number"}
    answer = drill.operate("identity_linking", f"/persons/{mine[0]}/unlink", asked)
    assert answer.status_code == 200


def canonical(said: Any) -> Any:
    """Return an answer without references and times of knowing, in a fixed order."""
    if isinstance(said, dict):
        return {name: canonical(s) for name, s in said.items() if name not in KNOWING}
    if isinstance(said, list):
        return sorted((canonical(one) for one in said), key=repr)
    return said


def shown(drill: Drill, story: Story) -> dict[str, Any]:
    """Return every timeline of the run."""
    asked = [
        ("joined", story.known_to(COUNCIL, story.joined), COUNCIL),
        ("the council's", story.known_to(COUNCIL, story.parted), COUNCIL),
        ("the trust's", story.known_to(TRUST, story.parted), TRUST),
    ]
    for child in LOAD.children:
        person = {"upn": child.upn, "date_of_birth": child.date_of_birth}
        asked.append((f"child {child.number}", person, COUNCIL))
    return {
        name: canonical(
            drill.agencies.timeline(drill.agencies.child_of(person, org), org).json()
        )
        for name, person, org in asked
    }


def fed(drill: Drill) -> list[str]:
    """Return what the council's feed carries of what agencies sent."""
    ours = ("clock.", "person.linked.")
    feed = drill.agencies.feed_all(COUNCIL)
    return sorted(e["id"] for e in feed if not e["type"].startswith(ours))


def result(
    data: Path, story: Story, *, first: bool
) -> tuple[dict[str, Any], list[str]]:
    """Run it all on a stack of its own, the join and the un-link first or under load."""
    data.mkdir()
    (data / "secret").write_text(SECRET)
    with drilled(data, names=NAMES) as drill:
        if first:
            for said in story.opening:
                publish(drill, said)
            join_and_part(drill, story)
        sending = drill.send(LOAD, Pace(per_second=8))
        rest = story.rest if first else story.opening + story.rest
        half = len(rest) // 2
        for place, said in enumerate(rest):
            if not first and place == half:
                assert not sending.done
                join_and_part(drill, story)
            if not first and half <= place < half + len(KILLED):
                drill.kill(KILLED[place - half])
            publish(drill, said)
        drill.until(lambda: sending.done)
        assert drill.findings(sending) == []
        return shown(drill, story), fed(drill)


@pytest.mark.timeout(1800)
def test_join_and_unlink_under_load(tmp_path: Path) -> None:
    """Timelines are equal, references and times of knowing aside; feeds carry the same."""
    story = Story()

    late, late_feed = result(tmp_path / "late", story, first=False)
    first, first_feed = result(tmp_path / "first", story, first=True)

    assert late == first
    assert late_feed == first_feed
    assert len(late["joined"]["entries"]) == 27
    assert len(late["the council's"]["entries"]) == 9
    assert len(late["the trust's"]["entries"]) == 9
