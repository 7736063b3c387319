"""Processes: recognised, stopped in order, or killed with all that they started."""

import os
import signal
import sys
from pathlib import Path

import pytest

from deploy.local.processes import Process, Seen, descendants, end, seen, stop

STAYS = "print('there', flush=True); import time; time.sleep(600)"
PARENT = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
{STAYS}
"""
STUBBORN = f"""
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
{STAYS}
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where a part writes."""
    return tmp_path / "log" / "part.log"


def started(program: str, log: Path, *, gives_way: bool = False) -> Process:
    """Start *program* and return when it has said that it is there."""
    argv = (sys.executable, "-c", program)
    part = Process("part", argv, log, gives_way=gives_way)
    part.start()
    while part.last_words() != "there":
        assert part.up
    return part


class TestProcess:
    """A part that runs."""

    def test_kill_takes_its_children(self, log: Path) -> None:
        """Nothing that a part started is left when it was killed."""
        part = started(PARENT, log)
        assert part.pid is not None
        children = descendants(part.pid)

        part.kill()

        assert len(children) == 1
        assert not any(seen(child) for child in (part.pid, *children))

    def test_stubborn_part_is_killed(self, log: Path) -> None:
        """A part that does not hear is killed when its grace is over."""
        part = started(STUBBORN, log)

        stop([part], grace=0.1)

        assert part.exit_code == -signal.SIGKILL

    def test_frozen_part_stops_in_order(self, log: Path) -> None:
        """A frozen part is woken to hear that it shall end."""
        part = started(STAYS, log)
        part.send(signal.SIGSTOP)

        stop([part], grace=60)

        assert part.exit_code == -signal.SIGTERM

    def test_part_gives_way(self, log: Path) -> None:
        """The kernel is told which parts others come before, and only of those."""
        parts = [started(STAYS, log, gives_way=way) for way in (True, False)]
        found = [os.getpriority(os.PRIO_PROCESS, part.pid or 0) for part in parts]
        stop(parts, grace=60)

        assert found[0] > found[1]

    def test_part_never_started(self, log: Path) -> None:
        """What was never started is down, and stopping it does nothing."""
        part = Process("part", (), log)
        part.kill()

        assert not part.up
        assert part.seen is None
        assert part.last_words() == ""


class TestEnd:
    """What an earlier run left."""

    def test_later_process_of_the_same_number_is_spared(self, log: Path) -> None:
        """A number that now belongs to somebody else is not touched."""
        part = started(PARENT, log)
        assert part.pid is not None

        end(Seen(part.pid, "another time"), signal.SIGKILL, grace=0)

        assert part.up
        part.kill()
