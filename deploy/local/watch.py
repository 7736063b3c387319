"""Which part to start again, and when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from deploy.local.processes import Process

PERSON_NEEDED: Final = 78
"""The exit code by which a service says that a person must act (EX_CONFIG)."""
LONGEST_WAIT: Final = 10.0
STEADY: Final = 30.0
"""Seconds up after which earlier deaths no longer count."""


@dataclass
class _Life:
    """What happened to one part lately."""

    deaths: int = 0
    started: float = 0.0
    due: float | None = None
    held: bool = False


@dataclass
class Watch:
    """Looks after the parts; the time comes in as an argument."""

    say: Callable[[str], None]
    _lives: dict[str, _Life] = field(default_factory=dict)

    def look(self, processes: list[Process], now: float) -> bool:
        """Start again what is due; say whether anything went down or came up."""
        changes = [self._look_at(process, now) for process in processes]
        return any(changes)

    def held(self) -> list[str]:
        """Return the parts that wait for a person."""
        return [name for name, life in self._lives.items() if life.held]

    def _look_at(self, process: Process, now: float) -> bool:
        """Look after one part; say whether anything changed."""
        life = self._lives.setdefault(process.name, _Life(started=now))
        if process.up or life.held:
            return False
        if life.due is None:
            self._mourn(process, life, now)
            return True
        if now < life.due:
            return False
        process.start()
        life.started, life.due = now, None
        return True

    def _mourn(self, process: Process, life: _Life, now: float) -> None:
        """Decide what follows a death, and say so."""
        if process.exit_code == PERSON_NEEDED:
            life.held = True
            self.say(f"{process.name} waits for a person: {process.last_words()}")
            return
        life.deaths = 1 if now - life.started > STEADY else life.deaths + 1
        wait = wait_after(life.deaths)
        life.due = now + wait
        self.say(
            f"{process.name} ended with code {process.exit_code}; "
            f"starting it again in {wait:.0f} s (log: {process.log})"
        )


def wait_after(deaths: int) -> float:
    """Return how many seconds to wait after that many deaths in a row."""
    return min(LONGEST_WAIT, 2.0 ** (deaths - 1))
