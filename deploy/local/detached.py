"""`make demo DETACH=1`: the same supervisor in a session of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from deploy.local import state
from deploy.local.processes import seen
from deploy.local.services import ROOT

EXIT_INTERRUPTED: Final = 130
_POLL: Final = 0.2


def start(data: Path) -> int:
    """Start it behind, repeat what it says, and return when it is ready or over."""
    log = data / "log" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out, log.open("rb") as heard:
        heard.seek(0, os.SEEK_END)
        supervisor = subprocess.Popen(
            (sys.executable, "-u", "-m", "deploy.local.supervisor"),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = _until_ready(supervisor, data, heard.fileno())
        except KeyboardInterrupt:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait()
            return EXIT_INTERRUPTED
        _repeat(heard.fileno())
        return code


def _until_ready(supervisor: subprocess.Popen[bytes], data: Path, heard: int) -> int:
    """Return 0 when it is ready, or its exit code when it ended."""
    while not _is_ready(data, supervisor.pid):
        _repeat(heard)
        code = supervisor.poll()
        if code is not None:
            return code
        time.sleep(_POLL)
    return 0


def _is_ready(data: Path, pid: int) -> bool:
    """Say whether this very supervisor has written that all is up."""
    said = state.read(data)
    process = seen(pid)
    mine = process is not None and said.get("supervisor") == process._asdict()
    return mine and bool(said["ready"])


def _repeat(heard: int) -> None:
    """Pass on what the supervisor has said since the last time."""
    while part := os.read(heard, 65536):
        sys.stdout.buffer.write(part)
    sys.stdout.flush()
