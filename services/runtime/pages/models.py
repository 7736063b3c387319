"""What each page is made from. JSON members are as the API answers them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NotRequired, TypedDict

Json = Mapping[str, Any]
"""An object exactly as an answer of the API holds it."""


class Viewer(TypedDict):
    """Who looks."""

    organisation: str
    """Its name, not its code."""
    role: str
    """A code such as `send_officer`, or words."""


class Problem(TypedDict):
    """One thing that a person must put right in a form."""

    field: str
    """`nhs_number`, `upn`, `date_of_birth`, `organisation`, `role`, `trace`."""
    text: str
    """What to do, never the value."""


class TimelinePage(TypedDict):
    """One child's timeline as one viewer may see it."""

    viewer: Viewer
    timeline: Json
    """Answer of `GET /children/{ref}/timeline`."""
    titles: Mapping[str, str]
    """Plain titles of event types and of clocks, by `type` and by `clock`."""
    names: Mapping[str, str]
    """Organisations' names, by urn."""
    as_known_on: str | None
    """Date or instant that was asked for; None is today's knowledge."""
    today: date
    counted_on: NotRequired[date]
    """The day as of which clocks are; absent: today."""
    unread: NotRequired[Sequence[Json]]
    """Entries of type `message.refused`: `source` and `time` are shown."""


class SearchPage(TypedDict):
    """The form that finds a child."""

    viewer: Viewer
    csrf: str
    action: NotRequired[str]
    """Where the form is sent; absent: `/search`."""
    problems: NotRequired[Sequence[Problem]]
    values: NotRequired[Mapping[str, str]]
    """Fields to show again, by name; `date_of_birth-day`, `-month` and `-year`."""


class Organisation(TypedDict):
    """One choice of the sign-in page."""

    urn: str
    name: str


class SignInPage(TypedDict):
    """The development sign-in."""

    organisations: Sequence[Organisation]
    roles: Sequence[str]
    csrf: str
    action: NotRequired[str]
    """Where the form is sent; absent: `/sign-in`."""
    next: NotRequired[str]
    """Page to go to afterwards, sent back as the field `next`."""
    problems: NotRequired[Sequence[Problem]]
    values: NotRequired[Mapping[str, str]]
    """What was chosen: `organisation`, `role`."""
    signed_in: NotRequired[bool]
    """Whether to offer to sign out."""


class MessagePage(TypedDict):
    """The receipt of one message, for its sender."""

    viewer: Viewer
    message: Json
    """Answer of `GET /messages/{ref}`."""
    titles: Mapping[str, str]
    back: NotRequired[str]
    """Page to go back to."""


class OwedPage(TypedDict):
    """What is asked of one organisation, and what it asked for."""

    viewer: Viewer
    org: str
    """Its urn."""
    owed: Json
    """Answer of `GET /owed`."""
    names: Mapping[str, str]
    today: date


class AskPage(TypedDict):
    """One request with the form that answers it."""

    viewer: Viewer
    csrf: str
    ask: Json
    """One item of `GET /owed`."""
    child: Json | None
    """Answer of `GET /children/{ref}/identifiers`; None where nothing is granted."""
    names: Mapping[str, str]
    today: date
    values: Mapping[str, str]
    problems: Sequence[Problem]


class Trace(TypedDict):
    """One search of the ledger."""

    id: str
    hops: Sequence[Json]
    """As `throughline trace ID` prints them; empty: nothing found."""


class ConsolePage(TypedDict):
    """What operations staff see."""

    viewer: Viewer
    as_of: str
    today: date
    csrf: str
    services: Sequence[Json]
    """`name`, `up`, `lag_seconds`."""
    topics: Sequence[Json]
    """`name`, `records`."""
    refused: Sequence[Json]
    """As `throughline refused list` prints them."""
    reviews: NotRequired[Sequence[Json] | None]
    """As `throughline identity reviews` prints them; None: identity does not answer."""
    sources: Sequence[Json]
    """`source`, `name`, `connected`, `last_heard`."""
    balance: NotRequired[Json | None]
    """`at`, `difference`, `unchecked`, `rows`, `states`; None: not counted yet."""
    trace: NotRequired[Trace]
    action: NotRequired[str]
    """Where the trace form is sent; absent: `/trace`."""
    problems: NotRequired[Sequence[Problem]]
