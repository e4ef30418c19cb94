"""`python3 manage.py test`: everything the tests need, for as long as they run."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from bizworks.launch import assets, browser, session
from bizworks.launch.console import say
from bizworks.launch.paths import ROOT, Identity, Layout

# What a developer's shell may hold for `run` and must not bend the tests.
NOT_FOR_TESTS = ("ALLOWED_HOSTS", "BASE_URL", "DEBUG", "HTTPS", "PORT", "SECRET_KEY", "SECRET_KEY_FILE", "DATA_DIR")


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments` against servers of its own, or those of DATABASE_URL and REDIS_URL.

    Returns pytest's exit code. Whatever ends this, the servers and the temporary folder go with it.
    """
    for name in NOT_FOR_TESTS:
        os.environ.pop(name, None)
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    chromium = browser.find()
    assets.ensure(browser=not chromium)
    chromium = chromium or browser.unpack()
    identity = Identity.for_services()
    folder = Path(tempfile.mkdtemp(prefix="bizworks-"))
    folder.chmod(0o711 if identity else 0o700)
    layout = Layout(folder / "data", identity)
    try:
        layout.prepare()
        with session.stopping_on_signals(), session.supervised() as supervisor:
            databases, redis_url = session.start_servers(supervisor, layout, throwaway=True)
            env = session.product_environment(layout, redis_url) | databases.owner_environment()
            env |= {"BIZWORKS_TEST": "1", "BIZWORKS_CHROMIUM": chromium, "BIZWORKS_CHROMIUM_ARGS": "--no-sandbox"}
            say("servers and browser: ready")
            return session.in_foreground([sys.executable, "-m", "pytest", *arguments], env=env, cwd=ROOT)
    except session.Stopped:
        return 130
    finally:
        for each in (folder, layout.sockets):
            shutil.rmtree(each, ignore_errors=True)
