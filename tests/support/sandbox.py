"""NHS England's own stand-in for MESH, as a process, and a gateway that empties it."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from mesh_client import MeshClient

from deploy.local.stack import Stack
from services.health_gateway.settings import Settings
from services.runtime.settings import CONTRACTS
from tests.support.local_stack import until
from tests.support.project import ROOT

PYTHON: Final = ROOT / "var/mesh/bin/python"
"""The sandbox pins other versions than ours: `sh deploy/setup.sh test` makes it a home."""
OURS: Final = "X26ABC1"
THEIRS: Final = "X26ABC2"
"""Speaks for NHS England in the tests."""
STRANGER: Final = "X26ABC3"
NATIONAL: Final = "urn:ods:X26"
PASSWORD: Final = "password"
KEY: Final = "TestKey"
GATEWAY: Final = "health_gateway-2"


class Sandbox:
    """A sandbox that runs: what others may do with their mailboxes, and ours shows."""

    def __init__(self, url: str) -> None:
        """Speak to the sandbox at *url*."""
        self.url = url

    def send(
        self,
        body: bytes,
        workflow: str = "PDSRECORDCHANGE_1",
        sender: str = THEIRS,
        **more: Any,
    ) -> str:
        """Send *body* to our mailbox; return MESH's id of the message."""
        with MeshClient(self.url, sender, PASSWORD, shared_key=KEY.encode()) as one:
            return one.send_message(OURS, body, workflow_id=workflow, **more)

    def waiting(self) -> list[str]:
        """Return the ids of what waits in our mailbox."""
        with MeshClient(self.url, OURS, PASSWORD, shared_key=KEY.encode()) as ours:
            return ours.list_messages()

    def settings(self, **changes: str) -> dict[str, str]:
        """Return what a gateway is told to empty our mailbox."""
        said = {
            "url": self.url,
            "mailbox": OURS,
            "password": PASSWORD,
            "shared_key": KEY,
            "poll_seconds": "0.2",
        } | changes
        return {f"HEALTH_GATEWAY_MESH_{k.upper()}": v for k, v in said.items()}

    def opened(self, **changes: str) -> Settings:
        """Return the same as the service's own settings."""
        said = self.settings(**changes)
        prefix = "HEALTH_GATEWAY_"
        return Settings(**{k.removeprefix(prefix).lower(): v for k, v in said.items()})


@contextmanager
def running(folder: Path) -> Iterator[Sandbox]:
    """Start a sandbox with empty mailboxes; skip where it could not be installed."""
    if not PYTHON.exists():
        pytest.skip("the MESH sandbox is not installed: run sh deploy/setup.sh test")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    where = ("--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    told = {
        "STORE_MODE": "file",
        "MAILBOXES_DATA_DIR": str(folder / "store"),
        "SHARED_KEY": KEY,
        "AUTH_MODE": "full",
    }
    (folder / "store").mkdir(parents=True)
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            (PYTHON, "-m", "uvicorn", "mesh_sandbox.api:app", *where),
            env=os.environ | told,
            stdout=log,
            stderr=log,
        )
        try:
            until(lambda: _answers(process, url))
            yield Sandbox(url)
        finally:
            process.terminate()
            process.wait()


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    """Return whether the sandbox answers; fails when it has ended."""
    assert process.poll() is None, "the sandbox ended; its log says why"
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def contracts(folder: Path) -> Path:
    """Return a copy of the contracts in which the sandbox's mailbox is known."""
    copy = folder / "contracts"
    shutil.copytree(CONTRACTS, copy)
    mesh = copy / "standards/mesh.yaml"
    told = mesh.read_text("utf-8").replace(
        "senders: {}", f"senders: {{{THEIRS}: {NATIONAL}}}"
    )
    mesh.write_text(told, "utf-8")
    return copy


class Gateway:
    """A second health gateway of a stack, which empties the sandbox's mailbox."""

    def __init__(self, stack: Stack, sandbox: Sandbox, folder: Path) -> None:
        """Have it know *sandbox*; it is not started yet."""
        self._stack = stack
        self._sandbox = sandbox
        self._env = {"THROUGHLINE_CONTRACTS": str(contracts(folder))}

    def start(self, env: dict[str, str] | None = None, **changes: str) -> None:
        """Start it anew, told *changes* about its mailbox."""
        self._stack.kill(GATEWAY)
        told = self._env | self._sandbox.settings(**changes) | (env or {})
        self._stack.start_service("health_gateway", 2, told)

    def stop(self) -> None:
        """Stop it, if it runs."""
        self._stack.stop(GATEWAY)

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return not self._stack.processes[GATEWAY].up


@contextmanager
def emptied(stack: Stack, folder: Path) -> Iterator[tuple[Sandbox, Gateway]]:
    """Run a sandbox and a gateway that empties it."""
    with running(folder) as sandbox:
        gateway = Gateway(stack, sandbox, folder)
        gateway.start()
        stack.wait_ready(GATEWAY)
        try:
            yield sandbox, gateway
        finally:
            gateway.stop()
