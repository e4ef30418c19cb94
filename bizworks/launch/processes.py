"""Child processes that never outlive their parent, and the supervisor that keeps services up."""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from bizworks.launch.console import LaunchError, say
from bizworks.launch.paths import Identity

PR_SET_PDEATHSIG = 1
LARGEST_LOG_BYTES = 10_000_000
HEARTBEAT_SECONDS = 10
HEALTHY_AFTER_SECONDS = 30
LONGEST_PAUSE_SECONDS = 30
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, death_signal: int = signal.SIGKILL) -> None:
    """Ask the kernel to send `death_signal` to this process when its parent ends, however it ends.

    Must be called in the child after any change of user, which clears the wish.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def spawn(
    argv: Sequence[str],
    *,
    env: dict[str, str],
    identity: Identity | None = None,
    death_signal: int = signal.SIGKILL,
    own_session: bool = True,
    **options: Any,
) -> subprocess.Popen:
    """Start a child as `identity`, tied to this process's life.

    own_session   False for what talks to the person at the terminal: Ctrl-C reaches it directly

    Call it from the main thread: the kernel ties the child to the thread that made it.
    """
    parent = os.getpid()
    if identity:
        options |= {"user": identity.uid, "group": identity.gid, "extra_groups": []}
    if own_session:
        options |= {"stdin": subprocess.DEVNULL}
    return subprocess.Popen(
        [str(part) for part in argv],
        env=env,
        start_new_session=own_session,
        preexec_fn=lambda: die_with_parent(parent, death_signal),  # noqa: PLW1509 - there is one thread
        **options,
    )


def kill_group(process: subprocess.Popen, number: int = signal.SIGKILL) -> None:
    """Signal a child and everything it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; one that has grown large is kept once as `.1`."""
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        path.replace(path.with_suffix(path.suffix + ".1"))
    return path.open("ab", buffering=0)


def run_step(
    title: str,
    argv: Sequence[str],
    *,
    log: Path,
    env: dict[str, str],
    advice: str,
    identity: Identity | None = None,
    summary: Callable[[str], str] = str.strip,
    cwd: Path | None = None,
) -> None:
    """Run one step of a start to its end; its output goes to `log`, its latest line to the screen every 10 s.

    Raises LaunchError with the last lines and `advice` when the step fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    process = spawn(argv, env=env, identity=identity, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        with open_log(log) as file:
            tail = _follow(process, file, title, summary)
        code = process.wait()
    finally:
        kill_group(process)
        process.wait()
    if code != 0:
        raise LaunchError("\n  ".join([f"{title}: failed.", *tail, advice, f"All of it: {log}"]))


def _follow(process: subprocess.Popen, file: BinaryIO, title: str, summary: Callable[[str], str]) -> list[str]:
    """Copy a step's output to its log until it ends, and say every 10 s where it is; returns the last lines."""
    tail: deque[str] = deque(maxlen=8)
    last, rest, shown = "working", b"", time.monotonic()
    pipe = process.stdout.fileno()
    while True:
        if select.select([pipe], [], [], 1)[0]:
            chunk = os.read(pipe, 65_536)
            if not chunk:
                return [line for line in tail if line.strip()]
            file.write(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                tail.append(text)
                last = summary(text) or last
        if time.monotonic() - shown >= HEARTBEAT_SECONDS:
            say(f"{title}: {last[:100]}")
            shown = time.monotonic()


@dataclass
class Service:
    """One long-running child: how it is started, known to be ready, and asked to stop.

    grace   seconds between asking and killing
    ready   returns True once the service answers; may raise LaunchError
    """

    name: str
    argv: Sequence[str]
    env: dict[str, str]
    log: Path
    ready: Callable[[], bool]
    identity: Identity | None = None
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    grace: float = 10
    before: Callable[[], None] = lambda: None
    cwd: Path | None = None
    pass_fds: Sequence[int] = ()
    process: subprocess.Popen | None = field(default=None, init=False)
    started_at: float = field(default=0, init=False)
    restart_at: float = field(default=0, init=False)
    failures: int = field(default=0, init=False)

    def start(self) -> None:
        """Start the child, its output appended to its log."""
        self.before()
        with open_log(self.log) as file:
            self.process = spawn(
                self.argv,
                env=self.env,
                identity=self.identity,
                death_signal=self.death_signal,
                cwd=self.cwd,
                pass_fds=self.pass_fds,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        self.started_at = time.monotonic()

    def failure(self, what: str) -> LaunchError:
        """Describe why this service is not there, with the end of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-8:] if self.log.exists() else []
        return LaunchError("\n  ".join([f"{self.name} {what}. The end of {self.log}:", *lines]))


class Supervisor:
    """Starts services wave by wave, restarts those that end, and stops the waves in reverse."""

    def __init__(self) -> None:
        self.waves: list[list[Service]] = []

    def start(self, *services: Service, patience: float = 60) -> None:
        """Start services side by side and wait until each is ready.

        Raises LaunchError when one ends or is not ready after `patience` seconds.
        """
        wave: list[Service] = []
        self.waves.append(wave)
        for service in services:
            wave.append(service)
            service.start()
        limit = time.monotonic() + patience
        for service in services:
            while not service.ready():
                if service.process.poll() is not None:
                    raise service.failure(f"ended at once (code {service.process.returncode})")
                if time.monotonic() > limit:
                    raise service.failure(f"was not ready after {patience:.0f} s")
                time.sleep(0.05)

    def watch(self) -> None:
        """Restart whatever ends, with growing pauses, until a signal handler raises."""
        while True:
            for service in (each for wave in self.waves for each in wave):
                self._keep_up(service)
            time.sleep(0.25)

    def _keep_up(self, service: Service) -> None:
        now = time.monotonic()
        if service.process.poll() is None:
            if now - service.started_at > HEALTHY_AFTER_SECONDS:
                service.failures = 0
        elif not service.restart_at:
            kill_group(service.process)
            pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2**service.failures)
            service.failures, service.restart_at = service.failures + 1, now + pause
            say(f"{service.name} ended (code {service.process.returncode}); starting it again. Its log: {service.log}")
        elif now >= service.restart_at:
            service.restart_at = 0
            service.start()

    def stop(self) -> None:
        """Ask all to stop, last wave first; kill what does not heed in its time."""
        while self.waves:
            running = [each for each in self.waves[-1] if each.process and each.process.poll() is None]
            for service in running:
                service.process.send_signal(service.stop_signal)
            asked = time.monotonic()
            for service in running:
                try:
                    service.process.wait(max(0, asked + service.grace - time.monotonic()))
                except subprocess.TimeoutExpired:
                    say(f"{service.name} did not stop in {service.grace:.0f} s and is killed")
                kill_group(service.process)
                service.process.wait()
            self.waves.pop()

    def kill(self) -> None:
        """Kill all at once."""
        for service in (each for wave in reversed(self.waves) for each in wave):
            if service.process:
                kill_group(service.process)
                service.process.wait()
