"""Which port each part listens on, and whether anything else is there already."""

import random
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.errors import Stopped

ISSUER: Final = "issuer"
SERVICES: Final = (
    "health_gateway",
    "education_gateway",
    "identity_linking",
    "clocks",
    "timeline",
    "delivery",
    "console",
)
HOST: Final = "127.0.0.1"
DEFAULT_BASE: Final = 8100
DEFAULT_KAFKA: Final = 19092

_NAMES: Final = (ISSUER, *SERVICES)
_INSTANCE_STEP: Final = 10
_NODE_STEP: Final = 10
_LOWEST: Final = 1024
_HIGHEST: Final = 54_000
_LISTENING: Final = "0A"
"""The state of a listening socket in /proc/net/tcp."""


@dataclass(frozen=True)
class Ports:
    """Every port of one stack, counted from two numbers."""

    base: int = DEFAULT_BASE
    kafka: int = DEFAULT_KAFKA

    def of(self, name: str, instance: int = 1) -> int:
        """Return the port of the issuer or of a service."""
        return self.base + _NAMES.index(name) + _INSTANCE_STEP * (instance - 1)

    def broker(self, node: int) -> int:
        """Return the port on which clients reach Kafka node *node*, from 1."""
        return self.kafka + _NODE_STEP * (node - 1)

    def controller(self, node: int) -> int:
        """Return the port on which the nodes agree among themselves."""
        return self.broker(node) + 1

    def wanted(self, brokers: int) -> dict[int, str]:
        """Return each port that a stack of *brokers* opens, with whose it is."""
        wanted = {self.of(name): name for name in _NAMES}
        for node in range(1, brokers + 1):
            wanted[self.broker(node)] = f"kafka-{node}"
            wanted[self.controller(node)] = f"kafka-{node}, controller"
        return wanted


def ports_from(base: str) -> Ports:
    """Read `THROUGHLINE_PORT_BASE`; Kafka moves by as much as the services do."""
    if not base.isdecimal() or not _LOWEST <= int(base) <= _HIGHEST:
        raise Stopped(
            f"THROUGHLINE_PORT_BASE must be a number from {_LOWEST} to {_HIGHEST}, "
            f"for example: THROUGHLINE_PORT_BASE=8200 make demo"
        )
    return Ports(int(base), DEFAULT_KAFKA + int(base) - DEFAULT_BASE)


def free_ports(brokers: int = 1) -> Ports:
    """Return ports that nothing uses now and no other process was given."""
    draw = random.SystemRandom()
    while True:
        ports = Ports(
            draw.randrange(21_000, 31_000, 50), draw.randrange(11_000, 18_000, 50)
        )
        if not busy(ports, brokers) and _claimed(ports.base) and _claimed(ports.kafka):
            return ports


def _claimed(first: int) -> bool:
    """
    Claim the ports from *first* on until this process ends, if nobody has.

    Between the choice of a port and its opening seconds pass.
    """
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0throughline-ports-{first}")  # Linux: a name, and no file
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True


def busy(ports: Ports, brokers: int) -> dict[int, str]:
    """Return those ports of *ports* that something listens on."""
    wanted = ports.wanted(brokers)
    return {port: name for port, name in wanted.items() if in_use(port)}


def in_use(port: int) -> bool:
    """Say whether a server could not open *port* here."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def require_free(ports: Ports, brokers: int) -> None:
    """Stop with one message when any port is taken, and say the way out."""
    taken = busy(ports, brokers)
    if taken:
        whose = "; ".join(
            f"{port} ({name}) by {owner(port)}" for port, name in taken.items()
        )
        raise Stopped(
            f"In use: port {whose}. Stop that, or choose other ports: "
            f"THROUGHLINE_PORT_BASE={_next_base(ports, brokers)} make demo"
        )


def _next_base(ports: Ports, brokers: int) -> int:
    """Return the next base, a hundred on each time, whose ports are all free."""
    for base in range(ports.base + 100, _HIGHEST, 100):
        if not busy(ports_from(str(base)), brokers):
            return base
    return DEFAULT_BASE


def owner(port: int) -> str:
    """Name the process that listens on *port*, as far as we may know it."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*"):
        if inodes & _open_files(process):
            name = (process / "comm").read_text(encoding="utf-8").strip()
            return f"{name} (process {process.name})"
    return "another process"


def _listening_inodes(port: int) -> list[str]:
    """Return the kernel's numbers of the sockets that listen on *port*."""
    found = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        lines = table.read_text(encoding="ascii").splitlines() if table.exists() else []
        for fields in (line.split() for line in lines[1:]):
            local, state, inode = fields[1], fields[3], fields[9]
            if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                found.append(inode)
    return found


def _open_files(process: Path) -> set[str]:
    """Return what a process has open, as far as we may look."""
    try:
        links = list((process / "fd").iterdir())
    except OSError:  # another user's process, or one that has just ended
        return set()
    return {_target(link) for link in links}


def _target(link: Path) -> str:
    """Return where a link of /proc leads."""
    try:
        return str(link.readlink())
    except OSError:  # closed since it was listed
        return ""
