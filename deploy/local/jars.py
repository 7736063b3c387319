"""Apache Kafka's own programs, fetched once and checked against their hashes."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from schemas.errors import Stopped

LIB: Final = Path(__file__).resolve().parents[2] / "var" / "kafka" / "lib"
MAVEN: Final = Path(__file__).parent / "maven"
POM: Final = MAVEN / "pom.xml"
HASHES: Final = MAVEN / "jars.sha256"

_COPY: Final = (
    "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
)
_STAMP: Final = "fetched.sha256"


def fetch(lib: Path, say: Callable[[str], None]) -> None:
    """Fill *lib* with what `pom.xml` names, unless it holds exactly that already."""
    if is_complete(lib):
        return
    lib.parent.mkdir(parents=True, exist_ok=True)
    with (lib.parent / ".fetching").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_complete(lib):
            say("Fetching Apache Kafka by Maven (44 MB, once)")
            _replace(lib)


def is_complete(lib: Path) -> bool:
    """Say whether *lib* was filled, to the end, from the list of today."""
    stamp = lib / _STAMP
    return stamp.exists() and stamp.read_bytes() == HASHES.read_bytes()


def _replace(lib: Path) -> None:
    """Fetch beside *lib* and move into place, so that a half of it is never used."""
    fetching = lib.with_name(f"{lib.name}.fetching")
    shutil.rmtree(fetching, ignore_errors=True)
    _maven(fetching)
    verify(fetching, HASHES)
    shutil.copyfile(HASHES, fetching / _STAMP)
    shutil.rmtree(lib, ignore_errors=True)
    fetching.replace(lib)


def _maven(into: Path) -> None:
    """Let Maven copy what the pom names into a new folder."""
    program = shutil.which("mvn")
    if program is None:
        raise Stopped("Maven is missing, and Kafka is fetched by it: run `make demo`.")
    wanted = (f"-DoutputDirectory={into}", "-DincludeScope=runtime")
    command = (program, "-q", "-B", "-f", str(POM), _COPY, *wanted)
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        why = next((line for line in done.stdout.splitlines() if "ERROR" in line), "")
        raise Stopped(f"Maven could not fetch Kafka. {why} Run it again when it can.")


def verify(lib: Path, hashes: Path) -> None:
    """Stop unless *lib* holds the listed files, byte for byte, and no other jar."""
    lines = [line.split() for line in hashes.read_text("ascii").splitlines()]
    listed = {name: digest for digest, name in lines}
    found = {jar.name: _sha256(jar) for jar in lib.glob("*.jar")}
    wrong = sorted({name for name, _ in listed.items() ^ found.items()})
    if wrong:
        raise Stopped(
            f"Kafka's files are not the ones listed in {hashes}: {', '.join(wrong)}. "
            f"Do not go on until somebody knows why."
        )


def _sha256(path: Path) -> str:
    """Return a file's hash."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Fetch ahead, for those who will be offline later."""
    try:
        fetch(LIB, lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
    except Stopped as stopped:
        print(stopped, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
