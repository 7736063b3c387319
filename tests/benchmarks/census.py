"""How fast whole files are taken in: two census terms, and ten times as many rows."""

import asyncio
import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from deploy.local.ports import free_ports
from deploy.local.stack import Stack
from tests.benchmarks.figures import Figure
from tests.support.local_stack import fetch

_COUNCIL: Final = "urn:dfe:la:931"
_TERMS: Final = (("2024_autumn", "2024-10-03"), ("2025_spring", "2025-01-16"))
_TABLES: Final = (
    "pupilnolongeronroll",
    "pupilonroll",
    "termlyexclusionsonroll",
    "senneeds",
)
_TENFOLD: Final = 10
_OWN_IDS: Final = ("tableid", "sourceid")
_DATA: Final = Path("var")
_SECONDS: Final = 900
_SETTLED: Final = """
SELECT f.counts FROM education_gateway.files f
WHERE f.message_ref = '{ref}' AND f.state = 'done'
AND NOT EXISTS (SELECT 1 FROM education_gateway.outbox)
AND (SELECT count(*) FROM education_gateway.receipt_events e
     WHERE e.message_ref = f.message_ref AND e.event_id IS NOT NULL) >= f.sent
"""
"""Taken in whole, each event made of it, and all of it published."""


def corpus() -> Path | None:
    """Return the folder of the two terms, where the machine has one."""
    said = os.environ.get("THROUGHLINE_CORPUS")
    folder = Path(said) / "school-census" if said else None
    return folder if folder and folder.is_dir() else None


def census(folder: Path) -> Iterator[Figure]:
    """Yield the figures of a gateway that has nothing else to do."""
    _DATA.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="census-", dir=_DATA) as made:
        once = [_term(folder, name) for name, _ in _TERMS]
        tenfold = _repeated(once[0], Path(made))
        with _gateway(Path(made) / "terms") as gateway:
            seconds = [
                gateway.take(files, on)
                for files, (_, on) in zip(once, _TERMS, strict=True)
            ]
        with _gateway(Path(made) / "tenfold") as gateway:
            longer = gateway.take(tenfold, _TERMS[0][1])
            memory = gateway.memory()
    yield Figure("census_seconds", sum(seconds), "s", at_most=60)
    yield Figure("census_memory_mb", memory, "MB", at_most=500)
    yield Figure("census_tenfold_time_ratio", longer / seconds[0], "times", at_most=11)


def _term(folder: Path, name: str) -> list[Path]:
    """Return the files of one term."""
    files = (folder / f"{name}_{table}.csv" for table in _TABLES)
    return [file for file in files if file.exists()]


def _repeated(files: list[Path], into: Path) -> list[Path]:
    """Return files with ten times as many rows, all of them other pupils'."""
    made = []
    for file in files:
        with (
            file.open(newline="") as one,
            (into / file.name).open("w", newline="") as ten,
        ):
            rows = csv.DictReader(one)
            heading = list(rows.fieldnames or ())
            writer = csv.DictWriter(ten, heading)
            writer.writeheader()
            for row in rows:
                writer.writerows(_copies(row))
        made.append(into / file.name)
    return made


def _copies(row: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield one row ten times under ten keys."""
    for nth in range(_TENFOLD):
        yield {
            name: f"{nth}{value}" if name.endswith(_OWN_IDS) else value
            for name, value in row.items()
        }


class _Gateway:
    """A stack with the gateway alone."""

    def __init__(self, stack: Stack, http: httpx.Client) -> None:
        """Speak to *stack* over *http*."""
        self._stack = stack
        self._http = http
        asked = {"org": _COUNCIL, "roles": ["send_officer"], "scope": "publish read"}
        answer = http.post(f"{stack.address('issuer')}/token", json=asked)
        self._token = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def take(self, files: list[Path], on: str) -> float:
        """Send one delivery; return the seconds until its last event is published."""
        began = time.perf_counter()
        ref = self._send(files, on)
        while not (said := self._asked(_SETTLED.format(ref=ref))):
            time.sleep(0.2)
        took = time.perf_counter() - began
        counts = said[0]["counts"].decode()
        sys.stderr.write(f"census of {on}: {took:.1f} s, {counts}\n")
        return took

    def _asked(self, statement: str) -> list[Any]:
        """Return what the gateway's own tables say."""
        return asyncio.run(fetch(self._stack.dsn, statement))

    def _send(self, files: list[Path], on: str) -> str:
        """Send files as one delivery and return its reference."""
        parts: list[Any] = [
            ("file", (file.name, file.read_bytes(), "text/csv")) for file in files
        ]
        answer = self._http.post(
            f"{self._stack.address('education_gateway')}/files",
            files=parts,
            data={"feed": "census", "as_at": on},
            headers=self._token | {"X-Request-ID": str(uuid4())},
        )
        return str(answer.raise_for_status().json()["message_ref"])

    def memory(self) -> float:
        """Return the most memory that the gateway has held, MB."""
        [pid] = [
            int(path.name)
            for path in Path("/proc").iterdir()
            if path.name.isdigit() and self._is_gateway(path)
        ]
        status = Path(f"/proc/{pid}/status").read_text()
        peak = next(x for x in status.splitlines() if x.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024

    def _is_gateway(self, path: Path) -> bool:
        """Return whether a process is this stack's gateway."""
        try:
            said = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (path / "environ").read_bytes().decode("utf-8", "replace")
        except OSError:
            return False
        port = f"THROUGHLINE_PORT_BASE={self._stack.ports.base}"
        return "education-gateway" in said and port in environment


@contextmanager
def _gateway(data: Path) -> Iterator[_Gateway]:
    """Start a gateway, and end it."""
    with (
        Stack(data, free_ports()) as stack,
        httpx.Client(timeout=_SECONDS, trust_env=False) as http,
    ):
        stack.start(["education_gateway"])
        yield _Gateway(stack, http)
