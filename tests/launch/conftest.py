"""Real starts of the product, each with a data folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bizworks.launch.paths import ROOT, Identity, Layout

PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def launch_environment(data: Path) -> dict[str, str]:
    """A person's shell: nothing of the test run's own servers."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"DATA_DIR": str(data)}


class Start:
    """One `manage.py run` as a process."""

    def __init__(self, data: Path, *options: str, user: Identity | None = None) -> None:
        self.port = free_port()
        self.output = data.parent / f"output-{self.port}.txt"
        who = {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "run", "--no-demo", "--port", str(self.port), *options],
                env=launch_environment(data),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **who,
            )

    def wait_until_up(self, patience: float = 60) -> "Start":
        limit = time.monotonic() + patience
        while "bizworks is at" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < limit, self.said()
            time.sleep(0.1)
        return self

    def said(self) -> str:
        return self.output.read_text()

    def family(self) -> list[psutil.Process]:
        """The runner and everything below it."""
        runner = psutil.Process(self.process.pid)
        return [runner, *runner.children(recursive=True)]

    def end(self, number: int) -> list[psutil.Process]:
        """Signal the runner alone; return what is still alive of its family after 15 s."""
        family = self.family()
        self.process.send_signal(number)
        self.process.wait(30)
        _, alive = psutil.wait_procs(family, timeout=15)
        return [each for each in alive if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder that the services' user may enter, with a short path."""
    folder = Path(tempfile.mkdtemp(prefix="bizworks-launch-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[Start]:
    """One start that the tests of a module share."""
    start = Start(data)
    try:
        yield start.wait_until_up()
    finally:
        if start.process.poll() is None:
            start.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def layout() -> Iterator[Layout]:
    """The folders of a throwaway installation."""
    folder = Path(tempfile.mkdtemp(prefix="bizworks-launch-"))
    folder.chmod(0o755)
    layout = Layout(folder / "data", Identity.for_services())
    layout.prepare()
    yield layout
    shutil.rmtree(folder, ignore_errors=True)
