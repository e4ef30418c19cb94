"""`python3 manage.py run`: the whole product on this machine, until Ctrl-C."""

import argparse
import compileall
import os
import socket
from typing import Any

from bizworks.launch import assets, session
from bizworks.launch.bootstrap import PYTHON
from bizworks.launch.console import KEEP, SHOW, LaunchError, say
from bizworks.launch.embedded import Postgres
from bizworks.launch.health import is_healthy
from bizworks.launch.paths import ROOT, Identity, Layout, setting
from bizworks.launch.processes import Service, Supervisor, run_step

HOST = "127.0.0.1"
SOURCES = ("bizworks", "businesses", "interactions", "referrals", "reporting")
LOAD_ADVICE = "This is a fault of bizworks rather than of yours; the log says more."


def main(arguments: list[str]) -> int:
    """Run until a signal; returns the exit code. Raises LaunchError for whatever a person must put right."""
    options = _parse(arguments)
    layout = Layout.of_installation()
    layout.prepare()
    lock = session.Lock(layout)
    if holder := lock.take("run"):
        raise LaunchError(_already(holder))
    with _listen(options.port) as listener, session.stopping_on_signals():
        try:
            with session.supervised() as supervisor:
                _serve(supervisor, layout, lock, listener, demo=not options.no_demo)
                supervisor.watch()
        except session.Stopped:
            say("stopped")
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py run", description="Run bizworks on this machine.")
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="where to serve (PORT; 8000)")
    parser.add_argument("--no-demo", action="store_true", help="do not load the demonstration tenants")
    options = parser.parse_args(arguments)
    if not options.port.isdigit() or not 1 <= int(options.port) <= 65535:
        parser.error(f"the port must be a number from 1 to 65535, not {options.port!r}")
    options.port = int(options.port)
    return options


def _already(holder: dict) -> str:
    if holder.get("what") != "run":
        return f"`manage.py {holder.get('what')}` (process {holder.get('pid')}) is using the database; try again when it is done."
    where = f"running: {holder['address']}" if "address" in holder else "starting"
    return (
        f"bizworks is already {where} (process {holder.get('pid')}).\n"
        f"Stop it with Ctrl-C in its terminal, or: kill {holder.get('pid')}"
    )


def _listen(port: int) -> socket.socket:
    """Open the port before all else, so that nobody waits for a start that cannot end well.

    The socket stays open while the web server restarts: callers wait a moment instead of being refused.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except PermissionError:
        raise LaunchError(
            f"Port {port} is reserved for root. Choose another: python3 manage.py run --port 8000"
        ) from None
    except OSError:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            free = probe.getsockname()[1]
        raise LaunchError(
            f"Port {port} on {HOST} is taken by another program.\n"
            f"Stop that program, or choose another port: python3 manage.py run --port {free}"
        ) from None
    listener.listen(256)
    return listener


def _serve(supervisor: Supervisor, layout: Layout, lock: session.Lock, listener: socket.socket, *, demo: bool) -> None:
    """Bring everything up in order and say where it is."""
    port = listener.getsockname()[1]
    address = f"http://{HOST}:{port}"
    assets.ensure(browser=False)
    databases, redis_url = session.start_servers(supervisor, layout)
    say("PostgreSQL and Valkey: ready")
    worker_identity = _identity_of_code(layout)
    env = session.product_environment(layout, redis_url)
    env.setdefault("BASE_URL", address)
    if worker_identity:
        env |= {"HOME": str(layout.sockets), "USER": worker_identity.name, "LOGNAME": worker_identity.name}
    people = _prepare(layout, worker_identity, env | databases.owner_environment(), demo=demo)
    env |= databases.app_environment()
    web, worker, beat = _services(layout, worker_identity, env, listener)
    supervisor.start(web, worker, beat)
    lock.note(what="run", address=address, redis_url=redis_url, embedded=not setting("DATABASE_URL"))
    say("web, worker and beat: ready")
    print(f"\n  bizworks is at {address}\n\n{people}  Logs: {layout.log}/*.log   Stop: Ctrl-C\n", flush=True)
    if not setting("DATABASE_URL"):
        Postgres(layout).checkpoint()


def _identity_of_code(layout: Layout) -> Identity | None:
    """Return whom web and workers run as: the services' user, if it can read our code and interpreter."""
    identity = layout.identity
    if identity is None:
        return None
    for source in SOURCES:  # that user cannot write the compiled files itself
        compileall.compile_dir(ROOT / source, quiet=2)
    closed = [path for path in (ROOT / "manage.py", PYTHON) if not identity.reaches(path)]
    if not closed:
        return identity
    say(f"note: web and worker run as root, because {closed[0].resolve()} is closed to the user {identity.name}")
    return None


def _prepare(layout: Layout, identity: Identity | None, env: dict[str, str], *, demo: bool) -> str:
    """Migrate, load reference data and the demo, collect static files; returns who can sign in."""
    people: list[str] = []

    def summary(line: str) -> str:
        """Show at once what is announced, keep who can sign in; the rest goes to the log alone."""
        if line.startswith(SHOW):
            say(f"database: {line.removeprefix(SHOW)}")
            return f"still {line.removeprefix(SHOW)}"
        if line.startswith(KEEP):
            people.append(line.removeprefix(KEEP))
            return ""
        return line.strip()

    run_step(
        "database",
        [str(PYTHON), "-m", "bizworks.launch.prepare", *(["--demo"] if demo else [])],
        log=layout.log / "prepare.log",
        env=env | {"STATEMENT_TIMEOUT_MS": "0"},  # no page waits for this
        identity=identity,
        cwd=ROOT,
        advice=LOAD_ADVICE,
        summary=summary,
    )
    return _table(people)


def _table(people: list[str]) -> str:
    """Lay out who can sign in: e-mail, role and tenant in columns, then the password."""
    if not people:
        return "  Make the first person with: python3 manage.py create_operator you@example.org\n\n"
    rows = [line.split("\t") for line in people if line.count("\t") > 1]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines += [line.replace("\t", ": ") for line in people if line.count("\t") < 2]
    return "  Sign in as one of these fictitious people:\n" + "".join(f"    {line}\n" for line in lines) + "\n"


def _services(layout: Layout, identity: Identity | None, env: dict[str, str], listener: socket.socket) -> list[Service]:
    """Describe the three kinds of process of the product."""

    def service(name: str, argv: list[str], env: dict[str, str], **options: Any) -> Service:
        return Service(
            name, [str(PYTHON), "-m", *argv], env, layout.log / f"{name}.log", identity=identity, cwd=ROOT, **options
        )

    web = service(
        "web",
        ["gunicorn", "-c", "python:bizworks.launch.gunicorn_conf"],
        env | {"WEB_BIND": f"fd://{listener.fileno()}"},
        ready=lambda: is_healthy(listener.getsockname()[1]),
        pass_fds=(listener.fileno(),),
    )
    programs = {
        "worker": ["worker", "--concurrency=2", "--without-gossip", "--without-mingle", "--loglevel=INFO"],
        "beat": ["beat", f"--schedule={layout.sockets / 'beat-schedule'}", "--pidfile=", "--loglevel=WARNING"],
    }
    both = []
    for name, argv in programs.items():
        ready = layout.sockets / f"{name}.ready"
        ready.unlink(missing_ok=True)
        both.append(
            service(
                name,
                ["bizworks.launch.celery_process", *argv],
                env | {"READY_FILE": str(ready), "C_FORCE_ROOT": "1"},
                ready=ready.exists,
            )
        )
    return [web, *both]
