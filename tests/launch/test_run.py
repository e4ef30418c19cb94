"""`manage.py run` from outside: what a person sees, and what is left when it ends."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from bizworks.launch.bootstrap import PYTHON
from bizworks.launch.paths import ROOT, Identity
from tests.launch.conftest import Start, launch_environment

pytestmark = pytest.mark.launch


def command(data: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=launch_environment(data),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def named(start: Start, *parts: str) -> list[psutil.Process]:
    """The processes of a start whose command line holds one of `parts`."""
    commands = seen(start.family(), lambda each: (each, " ".join(each.cmdline())))
    return [each for each, text in commands if any(part in text for part in parts)]


def seen(processes: list[psutil.Process], fact: Callable[[psutil.Process], Any]) -> list[Any]:
    """A fact of each process; some (a database's helpers) end while we look."""
    facts = []
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            facts.append(fact(each))
    return facts


def test_it_serves_and_says_where(running: Start) -> None:
    assert answers(running.port)
    assert f"http://127.0.0.1:{running.port}" in running.said()
    assert str(running.output.parent / "data" / "log") in running.said()


def test_a_second_start_says_that_one_is_running(running: Start, data: Path) -> None:
    second = command(data, "run", "--port", "8")
    assert second.returncode == 1
    assert f"already running: http://127.0.0.1:{running.port} (process {running.process.pid})" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_named_with_the_way_out(tmp_path_factory, data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = command(data.parent / "other", "run", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in refused.stderr
    assert "run --port" in refused.stderr


def test_a_nonsense_port_is_refused(data: Path) -> None:
    assert "must be a number" in command(data.parent / "other", "run", "--port", "web").stderr


def test_web_worker_and_beat_get_the_role_that_owns_nothing(running: Start) -> None:
    processes = named(running, "gunicorn", "celery_process")
    assert len(processes) >= 6  # web and two workers, worker and two children, beat
    for process in processes:
        environment = process.environ()
        assert "DATABASE_OWNER_URL" not in environment
        assert environment["DATABASE_URL"].startswith("postgresql://bizworks_app:")
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        facts = "select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"
        assert connection.execute(facts).fetchone() == (False, False, False, False)
        owned = "select count(*) from pg_class where relowner = current_user::regrole"
        assert connection.execute(owned).fetchone() == (0,)
        for refused in (
            "create table t (x int)",
            "set role bizworks_owner",
            "create schema s",
            "copy (select 1) to program 'id'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run services as")
def test_services_of_root_run_as_an_ordinary_user(running: Start) -> None:
    processes = running.family()[1:]
    if not Identity.for_services().reaches(PYTHON):
        processes = named(running, "postgres", "valkey-server")
    uids = seen(processes, lambda each: each.uids().real)
    assert uids
    assert 0 not in uids


def test_a_command_uses_the_database_of_the_run(running: Start, data: Path) -> None:
    shown = command(data, "showmigrations", "tenancy")
    assert shown.returncode == 0, shown.stderr
    assert "[X] 0001_" in shown.stdout


def test_what_crashes_is_started_again(running: Start) -> None:
    master = min(named(running, "gunicorn"), key=lambda each: each.create_time())
    worker = min(named(running, "celery_process worker"), key=lambda each: each.create_time())
    family = [*master.children(), *worker.children()]
    master.kill()
    worker.kill()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    limit = time.monotonic() + 20
    while not (answers(running.port) and len(named(running, "celery_process worker")) >= 3):
        assert time.monotonic() < limit, running.said()
        time.sleep(0.2)


def test_sigterm_and_then_a_hard_kill_leave_no_process(running: Start, data: Path) -> None:
    assert running.end(signal.SIGTERM) == []
    assert running.process.returncode == 0
    again = Start(data).wait_until_up(patience=20)
    assert len(again.family()) > 10
    assert again.end(signal.SIGKILL) == []
    third = Start(data).wait_until_up(patience=20)  # recovers from the crash
    assert third.end(signal.SIGINT) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_can_run_it(data: Path) -> None:
    user = Identity.for_services()
    if not (user.reaches(PYTHON) and user.reaches(ROOT / "manage.py")):
        pytest.skip("the interpreter or the clone is closed to ordinary users here")
    folder = data.parent / "user"
    shutil.copytree(data, folder / "data", ignore=lambda path, names: [*set(names) & {"run", "lock"}])
    for path in (folder, *folder.rglob("*")):  # as if this user had made the first start
        os.chown(path, user.uid, user.gid)
    start = Start(folder / "data", user=user)
    try:
        start.wait_until_up()
        assert answers(start.port)
        assert set(seen(start.family(), lambda each: each.uids().real)) == {user.uid}
    finally:
        left = start.end(signal.SIGTERM) if start.process.poll() is None else None
    assert left == []
