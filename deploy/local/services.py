"""What each service is told by its environment, and whether it answers."""

import http.client
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.ports import HOST, ISSUER, Ports
from deploy.local.processes import Process

ROOT: Final = Path(__file__).resolve().parents[2]
COMMAND: Final = str(Path(sys.executable).with_name("throughline"))
RUN: Final = (COMMAND, "run")
ISSUE: Final = (sys.executable, "-m", "deploy.local.issuer")

_INSTANCE_STEP: Final = 10
_BEHIND: Final = ("clocks", "delivery", "console")
"""Nobody who sends or looks at a page waits for what these do."""


@dataclass(frozen=True)
class Surroundings:
    """All that the services of one stack have in common."""

    data: Path
    ports: Ports
    kafka: str
    postgres: str
    secret: str
    today: str | None

    def environment(self, name: str, instance: int = 1) -> dict[str, str]:
        """Return the environment of one process, on top of our own."""
        shown = f"{name.replace('_', '-')}-{instance}"
        base = self.ports.base + _INSTANCE_STEP * (instance - 1)
        return {
            **os.environ,
            **self.shared(),
            "THROUGHLINE_SECRET": self.secret,
            "THROUGHLINE_PORT_BASE": str(base),
            "THROUGHLINE_INSTANCE": shown,
            "PYTHONUNBUFFERED": "1",
        }

    def shared(self) -> dict[str, str]:
        """Return what every program that speaks to this stack needs, secrets aside."""
        today = {} if self.today is None else {"THROUGHLINE_TODAY": self.today}
        return {
            "THROUGHLINE_KAFKA": self.kafka,
            "THROUGHLINE_POSTGRES": self.postgres,
            "THROUGHLINE_DATA": str(self.data),
            "THROUGHLINE_ISSUER": f"http://{HOST}:{self.ports.of(ISSUER)}",
            "THROUGHLINE_MODE": "development",
            "THROUGHLINE_PORT_BASE": str(self.ports.base),
            **today,
        }

    def process(
        self,
        key: str,
        argv: tuple[str, ...],
        environment: Mapping[str, str],
    ) -> Process:
        """Return the process of one service, or of another program of ours."""
        log = self.data / "log" / f"{key}.log"
        behind = key.startswith(_BEHIND)
        return Process(key, argv, log, env=environment, cwd=ROOT, gives_way=behind)


def is_ready(port: int) -> bool:
    """Say whether the service on *port* takes requests and records."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
