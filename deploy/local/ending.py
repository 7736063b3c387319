"""`make down` and `make reset`: also when the supervisor itself was killed."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from deploy.local import choices, state
from deploy.local.parts import say
from deploy.local.services import ROOT
from schemas.errors import Stopped

KEPT: Final = (Path("boot"), Path("kafka/lib"))
"""What was fetched from elsewhere and holds nobody's data."""


def main() -> int:
    """Do what the one argument names."""
    data = choices.data_folder(os.environ)
    try:
        {"down": down, "reset": reset}[sys.argv[1]](data)
    except Stopped as stopped:
        say(str(stopped))
        return 1
    return 0


def down(data: Path) -> None:
    """Stop every process that a stack in *data* started; the data stays."""
    stopped = state.stop_supervisor(data)
    left = state.end_leftovers(data)
    say("Stopped" if stopped or left else "Nothing was running")


def reset(data: Path) -> None:
    """Stop everything and delete all that the stack has made in *data*."""
    if not data.exists():
        return
    if data != ROOT / "var" and not (data / state.MARK).exists():
        raise Stopped(f"{data} does not look like ours; delete it by hand.")
    down(data)
    empty(data)
    say(f"Emptied {data}")


def empty(data: Path, kept: tuple[Path, ...] = KEPT) -> None:
    """Delete everything in *data* but the paths in *kept*."""
    for path in data.iterdir():
        own = path.relative_to(data)
        inside = tuple(k.relative_to(own) for k in kept if own in k.parents)
        if inside:
            empty(path, inside)
        elif own not in kept:
            shutil.rmtree(
                path
            ) if path.is_dir() and not path.is_symlink() else path.unlink()


if __name__ == "__main__":
    sys.exit(main())
