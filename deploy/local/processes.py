"""One part of the stack as a process of its own, and what may be done to it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

LOG_LIMIT: Final = 20 * 1024 * 1024
"""A log past this many bytes is put aside, once, when its part starts again."""

_KEEP_UMASK: Final = -1
_BEHIND: Final = 10
"""How nice a process is that gives way, from 0 to 19."""
_POLL: Final = 0.05


class Seen(NamedTuple):
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    started: str
    """When it started, in the kernel's ticks since boot."""


def nothing() -> None:
    """Do nothing: the preparation of a part that needs none."""


@dataclass(eq=False)
class Process:
    """A part: how to start it, and the process when it runs."""

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = Path("/")
    user: str | None = None
    umask: int = _KEEP_UMASK
    stop_with: signal.Signals = signal.SIGTERM
    prepare: Callable[[], None] = nothing
    gives_way: bool = False
    """Whether others come first where the processor does not do for all."""
    _running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start in a session of its own, so that Ctrl-C does not reach it."""
        self.prepare()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        _put_aside(self.log)
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(  # noqa: S603
                self.argv,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else (),
                umask=self.umask,
            )
        if self.gives_way:
            _put_behind(self._running.pid)

    @property
    def pid(self) -> int | None:
        """The process's number, once it was started."""
        return None if self._running is None else self._running.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs or before it was started."""
        return None if self._running is None else self._running.poll()

    @property
    def up(self) -> bool:
        """Whether the process is there."""
        return self._running is not None and self._running.poll() is None

    @property
    def seen(self) -> Seen | None:
        """The process, to be recognised by a later run; None when it is down."""
        return seen(self.pid) if self.up and self.pid is not None else None

    def send(self, number: signal.Signals) -> None:
        """Send one signal to the process, if it is there."""
        if self._running is not None:
            self._running.send_signal(number)

    def ask_to_stop(self) -> None:
        """Ask it to end in order, also when it was paused."""
        self.send(self.stop_with)
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        """End it and all that it started, as a power cut would."""
        if self._running is not None and self.up:
            family = (self._running.pid, *descendants(self._running.pid))
            for pid in family:
                send(pid, signal.SIGKILL)
            self._running.wait()
            while any(seen(pid) for pid in family):
                time.sleep(_POLL)

    def last_words(self) -> str:
        """Return the last line of its log that is not empty."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 4096))
            lines = log.read().decode("utf-8", "replace").splitlines()
        return next((line for line in reversed(lines) if line.strip()), "")


def stop(processes: Iterable[Process], grace: float) -> None:
    """Ask all of them to stop at once; kill those still there after *grace*."""
    asked = [process for process in processes if process.up]
    for process in asked:
        process.ask_to_stop()
    deadline = time.monotonic() + grace
    while any(process.up for process in asked) and time.monotonic() < deadline:
        time.sleep(_POLL)
    for process in asked:
        process.kill()


def end(leftover: Seen, number: signal.Signals, grace: float) -> None:
    """End a process of an earlier run, if it is still the same one."""
    deadline = time.monotonic() + grace
    if seen(leftover.pid) == leftover:
        send(leftover.pid, number)
        send(leftover.pid, signal.SIGCONT)
    while seen(leftover.pid) == leftover:
        if time.monotonic() > deadline:
            send(leftover.pid, signal.SIGKILL)
        time.sleep(_POLL)


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have ended meanwhile."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def seen(pid: int) -> Seen | None:
    """Return the live process *pid*; one that only waits to be buried is none."""
    fields = _stat(pid)
    return None if fields is None or fields[0] in "ZX" else Seen(pid, fields[19])


def descendants(pid: int) -> list[int]:
    """Return the processes that *pid* started, and those that they started."""
    parents = {
        int(entry.name): int(fields[1])
        for entry in Path("/proc").glob("[0-9]*")
        if (fields := _stat(int(entry.name))) is not None
    }
    found = [pid]
    for parent in found:
        found += [
            child for child, its_parent in parents.items() if its_parent == parent
        ]
    return found[1:]


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat from the third, the state, onwards."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _put_behind(pid: int) -> None:
    """Let others come before a process; Linux shares among sessions first, if at all."""
    with suppress(OSError):  # it has ended, or this kernel does not know of such groups
        os.setpriority(os.PRIO_PROCESS, pid, _BEHIND)
        Path(f"/proc/{pid}/autogroup").write_text(str(_BEHIND), encoding="ascii")


def _put_aside(log: Path) -> None:
    """Move a log that has grown too long out of the way."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
