"""
Makes what the contracts say from what runs: `python -m deploy.generate`.

With `--check` nothing is written: stale files, and changes that break a released
schema, are named on stderr and the exit code is 6. With `--release` the schemas are
kept as released, which is what later changes are compared with.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from deploy.documents import doors, events, released, stream

CONTRACTS: Final = Path(__file__).resolve().parents[1] / "contracts"
FOUND_PROBLEMS: Final = 6
_RELEASED: Final = "released"
_EVENTS: Final = "events"
_SCHEMA: Final = "schema.json"


def documents() -> dict[str, str]:
    """Return every generated file by its path below `contracts/`."""
    return events.documents() | stream.documents() | doors.documents()


def stale(folder: Path, wanted: dict[str, str]) -> list[str]:
    """Return the paths of *wanted* that are absent or differ, and those not wanted."""
    kept = {path: folder / path for path in wanted}
    differ = {path for path, file in kept.items() if _text(file) != wanted[path]}
    made = (*folder.glob(f"{_EVENTS}/*/{_SCHEMA}"), *folder.glob("openapi/*.yaml"))
    there = {file.relative_to(folder).as_posix() for file in made}
    return sorted(differ | (there - wanted.keys()))


def broken(folder: Path) -> list[released.Break]:
    """Return what the catalogue of today breaks of the schemas released."""
    return released.breaks(_schemas(folder / _RELEASED), _now())


def _now() -> dict[str, Any]:
    """Return the schemas of today by type."""
    made = events.documents().items()
    return {path.split("/")[1]: json.loads(text) for path, text in made}


def _schemas(folder: Path) -> dict[str, Any]:
    """Return the schemas below *folder* by type."""
    files = sorted(folder.glob(f"{_EVENTS}/*/{_SCHEMA}"))
    return {file.parent.name: json.loads(_text(file) or "") for file in files}


def _text(file: Path) -> str | None:
    """Return what *file* holds, None if it is not there."""
    return file.read_text(encoding="utf-8") if file.exists() else None


def write(folder: Path, wanted: dict[str, str]) -> None:
    """Write *wanted* below *folder*, and remove what is there and not wanted."""
    for path in stale(folder, wanted):
        file = folder / path
        if path not in wanted:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted[path], encoding="utf-8")


def main(
    *,
    check: Annotated[
        bool, typer.Option(help="Write nothing; exit 6 if stale.")
    ] = False,
    release: Annotated[
        bool, typer.Option(help="Keep the schemas as released.")
    ] = False,
) -> None:
    """Make the generated contracts, or say which of them are stale."""
    wanted = documents()
    problems = [str(one) for one in broken(CONTRACTS)]
    if check:
        problems += [f"contracts/{path} is stale" for path in stale(CONTRACTS, wanted)]
    else:
        write(CONTRACTS, wanted)
    if release and not problems:
        write(CONTRACTS / _RELEASED, events.documents())
    for problem in problems:
        sys.stderr.write(problem + "\n")
    if problems:
        sys.stderr.write("Run: python -m deploy.generate\n" if check else "")
        raise typer.Exit(FOUND_PROBLEMS)


if __name__ == "__main__":
    typer.run(main)
