"""
Places where a process dies on purpose, so that tests can see what a crash leaves.

`THROUGHLINE_FAILPOINT=name` kills the process the first time that it gets there;
`name:3` the third time; `name@source` only in a step of that source: a reader, a turn,
or `request`. `THROUGHLINE_FAILPOINT_SIGNAL=SIGSTOP` freezes it instead. A file
`failpoint-fired` in the data folder keeps it from happening again after the restart.
"""

import os
import signal
from pathlib import Path
from typing import Final

NAMES: Final = (
    "before-step",
    "after-positions",
    "after-seen",
    "after-handler",
    "after-outbox",
    "before-commit",
    "after-commit",
    "before-publish",
    "after-publish",
    "before-confirm",
    "after-confirm",
    "before-answer",
)

_wanted, _, _count = os.environ.get("THROUGHLINE_FAILPOINT", "").partition(":")
_name, _, _source = _wanted.partition("@")
_left = int(_count or 1)
_signal = signal.Signals[os.environ.get("THROUGHLINE_FAILPOINT_SIGNAL", "SIGKILL")]


def failpoint(name: str, source: str = "") -> None:
    """Kill this process if *name* is the failpoint asked for and its turn has come."""
    global _left  # noqa: PLW0603 - one process dies once
    if name != _name or (_source and source != _source):
        return
    _left -= 1
    if _left <= 0 and _first_time():
        os.kill(os.getpid(), _signal)


def _first_time() -> bool:
    """Leave a mark that this failpoint has fired; return whether it is the first."""
    service = os.environ.get("THROUGHLINE_INSTANCE", "process")
    folder = Path(os.environ.get("THROUGHLINE_DATA", "var"))
    mark = folder / f"failpoint-fired-{service}-{_wanted}"
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
