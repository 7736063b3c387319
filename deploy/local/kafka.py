"""A real Apache Kafka in KRaft mode: one node, or three that answer for each other."""

import base64
import json
import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from deploy.local import jars
from deploy.local.ports import HOST, Ports
from deploy.local.processes import Process
from schemas.errors import Stopped
from schemas.topics import MAX_MESSAGE_BYTES

VERSION: Final = "4.3.1"

_JVM: Final = (
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:MaxDirectMemorySize=128m",
    "-Xshare:auto",
    "-Djava.awt.headless=true",
    f"-Dlog4j2.configurationFile=file:{jars.MAVEN / 'log4j2.properties'}",
)
_PRIVATE: Final = 0o077

_COMMON: Final = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "num.recovery.threads.per.data.dir": "1",
    "background.threads": "2",
    "num.partitions": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "log.cleaner.dedupe.buffer.size": "16777216",
    "log.retention.hours": "-1",
    "message.max.bytes": str(MAX_MESSAGE_BYTES),
    # With the defaults a lone broker waits nine seconds for its own dead session.
    "broker.heartbeat.interval.ms": "500",
}
_ONE: Final = {
    "broker.session.timeout.ms": "2000",
    "controlled.shutdown.enable": "false",
}
_THREE: Final = {
    "broker.session.timeout.ms": "3000",
    "replica.lag.time.max.ms": "5000",
}


class Kafka:
    """One cluster's folder, and the processes that serve it."""

    def __init__(  # noqa: PLR0913
        self,
        folder: Path,
        log: Path,
        *,
        ports: Ports,
        brokers: int,
        lib: Path,
        say: Callable[[str], None],
        reset: str,
    ) -> None:
        """Keep where things are; nothing is made or started yet."""
        self.folder = folder
        self.nodes = tuple(range(1, brokers + 1))
        self._log = log
        self._ports = ports
        self._lib = lib
        self._say = say
        self._reset = reset
        self._complete = folder / "complete.json"

    @property
    def bootstrap(self) -> str:
        """The addresses that clients are given."""
        return ",".join(f"{HOST}:{self._ports.broker(node)}" for node in self.nodes)

    def processes(self) -> list[Process]:
        """Fetch and format what is not there yet, and say how to start each node."""
        jars.fetch(self._lib, self._say)
        self._check_folder()
        for node in self.nodes:
            self._write_properties(node)
        if not self._complete.exists():
            self._format()
        return [self._process(node) for node in self.nodes]

    def is_ready(self) -> bool:
        """Say whether every node lets clients in."""
        return all(_answers(self._ports.broker(node)) for node in self.nodes)

    def _process(self, node: int) -> Process:
        """Say how to start one node."""
        return Process(
            f"kafka-{node}",
            self._java("kafka.Kafka", str(self._properties(node))),
            self._log / f"kafka-{node}.log",
            env=_environment(),
            umask=_PRIVATE,
        )

    def _java(self, main: str, *arguments: str) -> tuple[str, ...]:
        """Return the command line that runs one of Kafka's programs."""
        java = shutil.which("java")
        if java is None:
            raise Stopped("Java 17 or later is missing: run `make demo`.")
        return (java, *_JVM, "-cp", f"{self._lib}/*", main, *arguments)

    def _check_folder(self) -> None:
        """Stop when the folder was half made, or made for another cluster."""
        if not self._complete.exists():
            if any(self.folder.glob("node-*")):
                raise Stopped(
                    f"Kafka's data in {self.folder} is not whole. {self._reset}"
                )
            return
        made = json.loads(self._complete.read_text(encoding="utf-8"))
        if made["brokers"] != len(self.nodes):
            raise Stopped(
                f"The data here was made with BROKERS={made['brokers']}: "
                f"start it so again. Or: {self._reset}"
            )
        if made["version"] != VERSION:
            raise Stopped(f"The data here is Kafka {made['version']}'s. {self._reset}")
        if not all(self._data(node).exists() for node in self.nodes):
            raise Stopped(f"Kafka's data in {self.folder} is not whole. {self._reset}")

    def _format(self) -> None:
        """Prepare every node's storage; the mark that it is whole comes last."""
        self._say(f"Preparing Kafka's storage for {len(self.nodes)} (once)")
        cluster = _cluster_id()
        with ThreadPoolExecutor() as together:
            list(
                together.map(lambda node: self._format_node(node, cluster), self.nodes)
            )
        made = {"cluster": cluster, "brokers": len(self.nodes), "version": VERSION}
        self._complete.write_text(json.dumps(made), encoding="utf-8")

    def _format_node(self, node: int, cluster: str) -> None:
        """Prepare one node's storage."""
        properties = str(self._properties(node))
        command = self._java(
            "kafka.tools.StorageTool", "format", "-t", cluster, "-c", properties
        )
        log = self._log / f"kafka-{node}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            done = subprocess.run(  # noqa: S603
                command,
                check=False,
                env=_environment(),
                stdout=out,
                stderr=out,
                start_new_session=True,
                umask=_PRIVATE,
            )
        if done.returncode:
            raise Stopped(f"Kafka could not prepare its storage; {log} says why.")

    def _write_properties(self, node: int) -> None:
        """Write one node's configuration, anew at each start."""
        self._properties(node).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = [f"{key}={value}\n" for key, value in self.properties(node).items()]
        self._properties(node).write_text("".join(lines), encoding="utf-8")

    def properties(self, node: int) -> dict[str, str]:
        """Return the whole configuration of one node."""
        one = len(self.nodes) == 1
        own = {
            "node.id": str(node),
            "controller.quorum.voters": self._voters(),
            "listeners": f"PLAINTEXT://{HOST}:{self._ports.broker(node)},"
            f"CONTROLLER://{HOST}:{self._ports.controller(node)}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self._ports.broker(node)}",
            "log.dirs": str(self._data(node)),
        }
        return _COMMON | (_ONE if one else _THREE) | _replication(one=one) | own

    def _voters(self) -> str:
        """Return who decides together, in Kafka's writing."""
        return ",".join(
            f"{node}@{HOST}:{self._ports.controller(node)}" for node in self.nodes
        )

    def _properties(self, node: int) -> Path:
        """Return where one node's configuration is."""
        return self.folder / f"node-{node}" / "server.properties"

    def _data(self, node: int) -> Path:
        """Return where one node keeps its log."""
        return self.folder / f"node-{node}" / "data"


def _replication(*, one: bool) -> dict[str, str]:
    """Return how many copies Kafka's own topics have."""
    replicas, in_sync = ("1", "1") if one else ("3", "2")
    return {
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
    }


def _cluster_id() -> str:
    """Return a new cluster id in Kafka's writing, which may not begin with a dash."""
    name = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode("ascii")
    return f"A{name[1:]}"


def _environment() -> Mapping[str, str]:
    """Return what Java needs of our environment, and no more."""
    kept = ("PATH", "JAVA_HOME", "HOME", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _answers(port: int) -> bool:
    """Say whether something accepts connections on *port*."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
