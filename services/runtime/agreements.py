"""Agreements and clock rules: dated files, read at start and again when they change."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from schemas.agreement import Agency, Agreement, AgreementsFile, Recipient
from schemas.clocks import ClockRule
from schemas.errors import Stopped
from services.runtime import instants, log
from services.runtime.settings import Shared
from services.runtime.terms import Agreements, Viewer, agreements_of, has_feed
from services.runtime.tokens import Caller

M = TypeVar("M", bound=BaseModel)
_MARK: Final = "today"
"""File that says how far `throughline tick` has come."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An organisation that has a feed."""

    org: str
    roles: tuple[str, ...]
    """The role as which its feed is filled; none is its systems'."""
    circle: bool
    """Whether it is told of its circle alone, so of no child that does not name it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the files say."""

    agreements: Agreements
    agencies: tuple[Agency, ...]
    clocks: tuple[ClockRule, ...]
    subscribers: tuple["Subscriber", ...]
    """Who has a feed, each once."""

    @property
    def names(self) -> Mapping[str, str]:
        """Names of organisations by urn."""
        return {agency.urn: agency.name for agency in self.agencies}

    @property
    def recipients(self) -> list[Recipient]:
        """To whom daily digests go."""
        return [
            Recipient(org=a.urn, name=a.name, role=one.role, address=one.address)
            for a in self.agencies
            for one in a.digest
        ]

    @property
    def live_from(self) -> Mapping[str, date]:
        """Days from which sources are live, by urn, of those that say one."""
        return {a.urn: a.go_live for a in self.agencies if a.go_live}


class Contracts:
    """The files of one folder, read again whenever one of them changes."""

    def __init__(self, settings: Shared) -> None:
        """Read them now; a file that cannot be understood stops the start."""
        self._folder = settings.contracts
        self._mark = settings.data / _MARK
        self._today = reached(settings)
        self._stamp = self._stamped()
        self._rules = read(self._folder)

    @property
    def rules(self) -> Rules:
        """What the files said when they last changed."""
        return self._rules

    @property
    def today(self) -> date:
        """The day that clocks, agreements and pages go by."""
        return self._today or instants.london_day(instants.now())

    def set_today(self, day: date) -> None:
        """Move `today` on, for this process and for those started later."""
        self._today = day
        self._mark.write_text(day.isoformat())

    def viewer(self, caller: Caller) -> Viewer:
        """Return who *caller* is to `decide`."""
        return Viewer(caller.org, caller.roles, self.today)

    def may_pull(self, caller: Caller) -> bool:
        """Return whether an agreement gives the caller, in a role it has, a feed."""
        return has_feed(self.viewer(caller), self.rules.agreements)

    async def refresh(self) -> None:
        """Read the files again if one has changed; keep the last good ones otherwise."""
        stamp = self._stamped()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._rules = read(self._folder)
        except Stopped as bad:
            log.get().error("contracts_not_read", what_to_do=str(bad))
        else:
            log.get().info("contracts_read")

    def _stamped(self) -> tuple[tuple[str, int], ...]:
        """Return what changes when a file does."""
        files = sorted(self._folder.glob("*/*.yaml"))
        return tuple((str(file), file.stat().st_mtime_ns) for file in files)


def reached(settings: Shared) -> date | None:
    """Return the day that is set, or that `throughline tick` has reached since."""
    today, mark = settings.today, settings.data / _MARK
    if today is None or not mark.exists():
        return today
    return max(today, date.fromisoformat(mark.read_text().strip()))


def read(folder: Path) -> Rules:
    """Return what the files of *folder* say; raises Stopped naming a bad one."""
    files = [
        (_model(path, AgreementsFile), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted((folder / "agreements").glob("*.yaml"))
    ]
    clocks = [
        _model(path, ClockRule) for path in sorted((folder / "clocks").glob("*.yaml"))
    ]
    return Rules(
        agreements=agreements_of(files),
        agencies=tuple(agency for file, _ in files for agency in file.organisations),
        clocks=tuple(clocks),
        subscribers=_subscribers(file for file, _ in files),
    )


def _subscribers(files: Iterable[AgreementsFile]) -> tuple[Subscriber, ...]:
    """Return who has a feed; it is filled for an organisation's systems if it can be."""
    feeds: defaultdict[str, list[Agreement]] = defaultdict(list)
    for file in files:
        for agreement in file.agreements:
            if agreement.feed:
                feeds[agreement.recipient].append(agreement)
    return tuple(_subscriber(org, held) for org, held in sorted(feeds.items()))


def _subscriber(org: str, held: Sequence[Agreement]) -> Subscriber:
    """Return one subscriber."""
    roles = {role for agreement in held for role in agreement.roles}
    acts_as = () if "system" in roles else (min(roles),)
    return Subscriber(org, acts_as, all(one.children == "circle" for one in held))


def _model(path: Path, model: type[M]) -> M:
    """Return the file at *path* as *model*; raises Stopped."""
    try:
        return model.model_validate(yaml.safe_load(path.read_text()))
    except (ValidationError, yaml.YAMLError) as bad:
        raise Stopped(
            f"{path.name} cannot be understood: {type(bad).__name__}"
        ) from bad
