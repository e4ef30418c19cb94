"""One start of the installation: its lock, its servers, its secrets, and the signals that end it."""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bizworks.launch import database
from bizworks.launch.console import LaunchError, say
from bizworks.launch.embedded import Postgres, Valkey
from bizworks.launch.paths import Layout, setting
from bizworks.launch.processes import Supervisor, spawn

PATIENCE_SECONDS = 15
# What only one kind of process may have; nothing else passes these on.
PRIVATE = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL")


class Stopped(BaseException):
    """A signal asked this start to end."""


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Raise Stopped in the main thread on Ctrl-C, SIGTERM and a closed terminal."""

    def stop(number: int, frame: object) -> None:
        raise Stopped(signal.Signals(number).name)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup stays nohup
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def in_foreground(argv: list[str], *, env: dict[str, str], cwd: Path | None = None) -> int:
    """Run what talks to the terminal to its end and return its exit code; on a signal let it tidy up first."""
    process = spawn(argv, env=env, cwd=cwd, own_session=False)
    try:
        return process.wait()
    except Stopped as stopped:
        if stopped.args != ("SIGINT",):  # Ctrl-C has reached it already
            process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


@contextlib.contextmanager
def supervised() -> Iterator[Supervisor]:
    """Give a supervisor and stop all its services at the end; a second signal during that kills them."""
    supervisor = Supervisor()
    try:
        yield supervisor
    finally:
        try:
            supervisor.stop()
        except Stopped:
            supervisor.kill()


class Lock:
    """The right to run the embedded servers of one installation; says who has it."""

    def __init__(self, layout: Layout) -> None:
        self.path = layout.data / "lock"
        self._file = None

    def take(self, what: str, *, wait: bool = False) -> dict | None:
        """Take the lock and return None, or return the note of the process that has it.

        wait   have patience with a management command, which ends soon; never with a `run`
        """
        self._file = self.path.open("a+")
        told = False
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = self.read()
                if not wait or holder.get("what") == "run":
                    return holder
                if not told:
                    say(f"waiting for `manage.py {holder.get('what')}` (process {holder.get('pid')}) to end")
                told = True
                time.sleep(0.2)
            else:
                self.note(what=what)
                return None

    def read(self) -> dict:
        """Return the holder's note."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads(self.path.read_text())
        return {}

    def note(self, **facts: object) -> None:
        """Write who holds the lock and what others may know of it."""
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), **facts}))
        self._file.flush()


def start_servers(
    supervisor: Supervisor, layout: Layout, *, throwaway: bool = False, broker: bool = True
) -> tuple[database.Databases, str]:
    """Start what is embedded, check what is not; returns the database logins and the broker's URL.

    throwaway   for tests: fast instead of durable, and no database but the suite's own
    broker      False where a command needs only the database
    """
    url, redis_url = setting("DATABASE_URL"), setting("REDIS_URL")
    postgres = None if url else Postgres(layout, throwaway=throwaway)
    valkey = Valkey(layout, throwaway=throwaway) if broker and not redis_url else None
    supervisor.start(*(each.service() for each in (postgres, valkey) if each))
    if postgres:
        databases = postgres.prepare(roles_only=throwaway)
    else:
        databases = database.of_server(url, setting("DATABASE_OWNER_URL"), layout.secrets, roles_only=throwaway)
    if redis_url and broker:
        _check_redis(redis_url)
    return databases, redis_url or Valkey(layout).url


def servers_of(layout: Layout, holder: dict) -> tuple[database.Databases, str]:
    """Return the logins of the servers that a `run` of this installation has up."""
    if "address" not in holder:
        raise LaunchError(f"bizworks (process {holder.get('pid')}) is just starting; try again in a moment.")
    if not holder["embedded"]:
        raise LaunchError(
            "The bizworks that runs uses a server of its own; set DATABASE_URL and DATABASE_OWNER_URL to it."
        )
    return Postgres(layout).databases(), holder["redis_url"]


def _check_redis(url: str) -> None:
    import redis

    try:
        redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3).ping()
    except (redis.RedisError, ValueError) as error:
        raise LaunchError(f"The server that REDIS_URL names does not answer: {error}") from None


def product_environment(layout: Layout, redis_url: str) -> dict[str, str]:
    """Return what every process of the product gets; the database logins are added for each kind of process."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in PRIVATE and name.removesuffix("_FILE") not in PRIVATE
    }
    secret = {} if setting("SECRET_KEY") else {"SECRET_KEY_FILE": str(_secret_key(layout))}
    return (
        kept
        | secret
        | {
            "DATA_DIR": str(layout.data),
            "REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "bizworks.settings",
            "PYTHONUNBUFFERED": "1",
        }
    )


def _secret_key(layout: Layout) -> Path:
    path = layout.secrets / "secret_key"
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        fresh.replace(path)
    layout.give(path)
    return path
