"""Agreements and clock rules: dated files, read at start and again when they change."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from schemas.agreement import Agency, AgreementsFile
from schemas.clocks import ClockRule
from schemas.errors import Stopped
from services.runtime import instants, log
from services.runtime.decide import Agreements, Viewer, agreements_of
from services.runtime.settings import Shared
from services.runtime.tokens import Caller

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the files say."""

    agreements: Agreements
    agencies: tuple[Agency, ...]
    clocks: tuple[ClockRule, ...]
    feeds: tuple[tuple[str, str], ...]
    """Organisation and role of each agreement that allows a feed."""

    @property
    def names(self) -> Mapping[str, str]:
        """Names of organisations by urn."""
        return {agency.urn: agency.name for agency in self.agencies}


class Contracts:
    """The files of one folder, read again whenever one of them changes."""

    def __init__(self, settings: Shared) -> None:
        """Read them now; a file that cannot be understood stops the start."""
        self._folder = settings.contracts
        self._today = settings.today
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
        """Move `today` on (development)."""
        self._today = day

    def viewer(self, caller: Caller) -> Viewer:
        """Return who *caller* is to `decide`."""
        return Viewer(caller.org, caller.roles, self.today)

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


def read(folder: Path) -> Rules:
    """Return what the files of *folder* say; raises Stopped naming a bad one."""
    files = [
        (_model(path, AgreementsFile), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted((folder / "agreements").glob("*.yaml"))
    ]
    clocks = [_model(path, ClockRule) for path in sorted((folder / "clocks").glob("*.yaml"))]
    feeds = {
        (agreement.recipient, role)
        for file, _ in files
        for agreement in file.agreements
        if agreement.feed
        for role in agreement.roles
    }
    return Rules(
        agreements=agreements_of(files),
        agencies=tuple(agency for file, _ in files for agency in file.organisations),
        clocks=tuple(clocks),
        feeds=tuple(sorted(feeds)),
    )


def _model(path: Path, model: type[M]) -> M:
    """Return the file at *path* as *model*; raises Stopped."""
    try:
        return model.model_validate(yaml.safe_load(path.read_text()))
    except (ValidationError, yaml.YAMLError) as bad:
        raise Stopped(f"{path.name} cannot be understood: {type(bad).__name__}") from bad
