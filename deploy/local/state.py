"""What a stack leaves in its folder for others to read: who runs, and the secret."""

import fcntl
import json
import os
import secrets
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, Final

from deploy.local.processes import Process, Seen, end, seen
from schemas.errors import Stopped

MARK: Final = ".throughline"
"""A file by which `make reset` knows that a folder is ours to empty."""

_GRACE: Final = 10.0
_PARTS_GRACE: Final = 30.0


def state_file(data: Path) -> Path:
    """Return the file that says which processes run."""
    return data / "run" / "state.json"


def read(data: Path) -> dict[str, Any]:
    """Return what the last stack in *data* said of itself; empty when none did."""
    path = state_file(data)
    if not path.exists():
        return {}
    state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return state


def write(path: Path, content: object) -> None:
    """Write JSON whole or not at all, for our eyes alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.half")
    half.touch(mode=0o600)
    half.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    half.replace(path)


def line_of(process: Process, port: int | None) -> dict[str, Any]:
    """Return one part's line of the state file."""
    running = process.seen
    return {
        "name": process.name,
        "up": running is not None,
        "pid": running and running.pid,
        "started": running and running.started,
        "port": port,
        "exit_code": process.exit_code,
        "log": str(process.log),
    }


def me() -> dict[str, Any]:
    """Return this process, to be recognised by a later run."""
    process = seen(os.getpid())
    return {} if process is None else process._asdict()


def claim(data: Path) -> IO[str]:
    """Take *data* for this process, or stop: two stacks in one folder destroy it."""
    data.mkdir(parents=True, exist_ok=True)
    (data / MARK).touch()
    (data / "run").mkdir(exist_ok=True)
    lock = (data / "run" / "lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        lock.close()
        raise Stopped(
            f"Throughline already runs on {data}. `make down` stops it."
        ) from taken
    return lock


def end_leftovers(data: Path) -> list[str]:
    """End what a killed stack left running, services first; return their names."""
    ended = []
    for name, process in _recorded(read(data).get("parts", [])):
        if seen(process.pid) == process:
            number = signal.SIGINT if name == "postgres" else signal.SIGTERM
            end(process, number, _GRACE)
            ended.append(name)
    return ended


def stop_supervisor(data: Path) -> bool:
    """Ask the stack in *data* to end in order; say whether there was one."""
    supervisor = read(data).get("supervisor")
    if not supervisor:
        return False
    process = Seen(supervisor["pid"], supervisor["started"])
    if process.pid == os.getpid() or seen(process.pid) != process:
        return False
    end(process, signal.SIGTERM, 2 * _GRACE + _PARTS_GRACE)
    return True


def secret(data: Path) -> str:
    """Return this installation's secret, made on the first call, and kept 0600."""
    path = data / "secret"
    if not path.exists():
        half = data / "secret.half"
        half.touch(mode=0o600)
        half.write_text(secrets.token_hex(32), encoding="ascii")
        half.replace(path)
    return path.read_text(encoding="ascii").strip()


def _recorded(parts: Iterable[dict[str, Any]]) -> list[tuple[str, Seen]]:
    """Return the recorded processes, last started first."""
    return [
        (part["name"], Seen(part["pid"], part["started"]))
        for part in reversed(list(parts))
        if part["pid"]
    ]
