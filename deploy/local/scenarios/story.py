"""One child's story, read from `story.yaml` and made into requests."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from deploy.local.scenarios.message import (
    FHIR,
    NAMESPACE,
    ONE_EVENT,
    Message,
    canonical,
    cloud_event,
    conversation_id,
)
from deploy.local.scenarios.referral import Referral, referral_bundle

STORY: Final = Path(__file__).with_name("story.yaml")
IDENTITY: Final = "person.identified.v1"

Sight = tuple[str, str, str]
"""What the timeline must show of an event: (type, source, day it happened on)."""


class _Line(BaseModel):
    """Base of what the file holds: frozen, strict about members."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class StoryEvent(_Line):
    """An event as its sender writes it."""

    id: str
    type: str
    occurred: date
    person: str
    """Who it is about: a name in `people`."""
    data: dict[str, Any]


class Answer(_Line):
    """An event that another process sends, by itself, because of this message."""

    type: str
    occurred: date


class StoryMessage(_Line):
    """One line of the story: who sends what, when, through which door."""

    name: str
    note: str = ""
    sender: str = Field(alias="from")
    received: AwareDatetime
    conversation: str
    times: int = 1
    event: StoryEvent | None = None
    referral: Referral | None = None
    answered_by: str | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def correlation_id(self) -> UUID:
        """Return the correlation id that this message and its answers carry."""
        return conversation_id(self.conversation)


class Story(_Line):
    """The child as each sender knows them, and the messages in the order of sending."""

    people: dict[str, dict[str, Any]]
    messages: tuple[StoryMessage, ...]


def read_story(path: Path = STORY) -> Story:
    """Return the story that *path* holds, its dates as text where they are data."""
    story = Story.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    return Story.model_validate(story.model_dump(mode="json", by_alias=True))


def request_of(story: Story, line: StoryMessage) -> Message:
    """Return the request with which the sender of *line* publishes it."""
    return Message(
        name=line.name,
        sender=line.sender,
        door="health" if line.referral else "education",
        received_at=line.received,
        request_id=uuid5(NAMESPACE, f"story/{line.name}"),
        correlation_id=line.correlation_id,
        content_type=FHIR if line.referral else ONE_EVENT,
        body=canonical(_content(story, line)),
        times=line.times,
    )


def _content(story: Story, line: StoryMessage) -> dict[str, Any]:
    """Return what *line* says: a Bundle or a CloudEvent."""
    if line.referral is not None:
        person = story.people[line.referral.person]
        return referral_bundle(line.referral, sender=line.sender, person=person)
    if line.event is None:
        raise ValueError(f"{line.name}: neither an event nor a referral")
    return cloud_event(
        record=line.event.id,
        source=line.sender,
        type_name=line.event.type,
        occurred=line.event.occurred.isoformat(),
        correlation_id=line.correlation_id,
        person=story.people[line.event.person],
        data=line.event.data,
    )


def expected(story: Story) -> Counter[Sight]:
    """
    Return what the child's timeline must show when all is told.

    Left out is the message that joins the two children: whether a viewer sees that
    one is a matter of their agreement.
    """
    seen = Counter(sight for line in story.messages for sight in _sights(line))
    return Counter({sight: n for sight, n in seen.items() if sight[0] != IDENTITY})


def expected_answers(line: StoryMessage) -> Counter[Sight]:
    """Return what the timeline must show before the story goes on past *line*."""
    return Counter(
        (answer.type, line.answered_by or "", answer.occurred.isoformat())
        for answer in line.answers
    )


def _sights(line: StoryMessage) -> Iterator[Sight]:
    """Yield what *line* and its answers put there; an update puts nothing new."""
    if line.event:
        yield (line.event.type, line.sender, line.event.occurred.isoformat())
    if line.referral and line.referral.reason == "new":
        day = line.referral.made_at.date().isoformat()
        yield ("referral.received.v1", line.sender, day)
    yield from expected_answers(line).elements()
