"""Makes the project's environment from the pinned, hashed requirements, and goes on inside it.

Standard library only. Works where `venv` lacks ensurepip (Debian without python3-venv) and where only pip is there.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bizworks.launch import processes
from bizworks.launch.console import LaunchError, handed_over_clock, say
from bizworks.launch.paths import BUILD, ROOT, Identity

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "bizworks.json"
DEBIAN_WHEELS = Path("/usr/share/python-wheels")
PIP_OPTIONS = (
    *("--require-hashes", "--no-deps", "--only-binary=:all:"),
    *("--no-user", "--no-input", "--disable-pip-version-check", "--progress-bar=off"),
)
ADVICE = (
    "If this was the network: check the connection or your pip settings (proxy, index, certificates) and start again; "
    "what was fetched is kept."
)


def enter(argv: list[str]) -> None:
    """Return if this is the project's up-to-date environment; else make it and start `argv` again inside it."""
    level = "dev" if argv[1:2] == ["test"] else "runtime"
    try:
        changed = ensure(level)
    except LaunchError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"\nThe environment in {VENV} cannot be made: {error}. Is the folder yours, and the disk not full?")
    if changed or Path(sys.prefix) != VENV:
        os.execve(PYTHON, [str(PYTHON), *argv], os.environ | handed_over_clock())  # noqa: S606 - ourselves


def ensure(level: str) -> bool:
    """Bring the environment up to `requirements/<level>.txt`; returns whether anything had to be done."""
    if _is_current(level):
        return False
    with installation_lock():
        if _is_current(level):
            return False
        _install(level)
    return True


_holding = False


@contextlib.contextmanager
def installation_lock() -> Iterator[None]:
    """Let one process at a time change .venv, node_modules and build; within that process it may be nested."""
    global _holding  # noqa: PLW0603 - one lock of one process
    if _holding:
        yield
        return
    (BUILD / "static").mkdir(parents=True, exist_ok=True)
    with (BUILD / "install.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another start is installing; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        _holding = True
        try:
            yield
        finally:
            _holding = False


def child_environment() -> dict[str, str]:
    """Return this environment, pip's and npm's settings and certificates included, less what misleads Python."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "__PYVENV_LAUNCHER__")}


def _requirements(level: str) -> Path:
    return ROOT / "requirements" / f"{level}.txt"


def _digest(level: str) -> str:
    return hashlib.sha256(_requirements(level).read_bytes()).hexdigest()


def _installed() -> dict[str, str]:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def _is_current(level: str) -> bool:
    return PYTHON.exists() and _installed().get(level) == _digest(level)


def _install(level: str) -> None:
    installed = _installed()
    if not (installed and _works() and _pip()):
        _make_venv()  # also after an interrupted start: half a package looks installed
    STAMP.unlink(missing_ok=True)
    wanted = len(re.findall(r"^[\w.-]+==", _requirements(level).read_text(), re.MULTILINE))
    say(
        f"environment: installing {wanted} pinned packages into .venv (once)"
        if wanted > 1
        else "environment: fetching Node.js (once)"
    )
    count = 0

    def summary(line: str) -> str:
        nonlocal count
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            count += 1
            return f"{count} of at most {wanted} packages fetched"
        return "unpacking" if line.startswith("Installing collected") else ""

    processes.run_step(
        "environment",
        [*_pip(), "install", *PIP_OPTIONS, "-r", str(_requirements(level))],
        log=BUILD / "install.log",
        env=child_environment(),
        advice=ADVICE,
        summary=summary,
    )
    levels = ("runtime", "dev") if level == "dev" else (level,)  # dev.txt holds every pin of runtime.txt
    STAMP.write_text(json.dumps(installed | {each: _digest(each) for each in levels}, indent=1))
    say("environment: ready")


def _works() -> bool:
    return PYTHON.exists() and _runs([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])


def _make_venv() -> None:
    base = _base_python()
    if VENV.exists():
        shutil.rmtree(VENV)
    say(f"environment: making .venv with {base}")
    ways = [[base, "-m", "venv", VENV]] if importlib.util.find_spec("ensurepip") else []
    ways += [[base, "-m", "virtualenv", "--quiet", VENV], [base, "-m", "venv", "--without-pip", VENV]]
    for way in ways:
        if _runs(way) and _pip():
            return
        shutil.rmtree(VENV, ignore_errors=True)
    raise LaunchError(
        "This Python brings neither ensurepip, virtualenv nor pip, so packages cannot be installed.\n"
        "On Debian or Ubuntu: apt install python3-venv"
    )


def _base_python() -> str:
    """Return the interpreter to build on: this one, or for root one that the services' user can run too."""
    own = getattr(sys, "_base_executable", sys.executable) or sys.executable
    identity = Identity.for_services()
    if identity is None or identity.reaches(Path(own)):
        return own
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for folder in ("/usr/bin", "/usr/local/bin"):
        other = Path(folder) / version
        if other.exists() and identity.reaches(other) and _runs([str(other), "-c", "import venv, ensurepip, ssl"]):
            say(f"environment: {own} is closed to the user {identity.name} that services run as")
            return str(other)
    return own


def _pip() -> list[str]:
    """Return the command of a pip that installs into the environment, or [] if there is none."""
    if _runs([PYTHON, "-I", "-m", "pip", "--version"]):
        return [str(PYTHON), "-I", "-m", "pip"]
    other = [sys.executable, "-I", "-m", "pip", "--python", str(PYTHON)]
    if _runs([*other, "--version"]):
        return other
    for wheel in sorted(DEBIAN_WHEELS.glob("pip-*.whl")):
        if _runs([PYTHON, wheel / "pip", "--version"]):
            return [str(PYTHON), str(wheel / "pip")]
    return []


def _runs(argv: list[str | Path]) -> bool:
    command = [str(part) for part in argv]
    try:
        return subprocess.run(command, env=child_environment(), capture_output=True, check=False).returncode == 0
    except OSError:
        return False
