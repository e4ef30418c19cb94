"""`python3 manage.py benchmark`: servers for as long as the measuring takes."""

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

from bizworks.launch import session
from bizworks.launch.paths import ROOT, Identity, Layout


def main(arguments: list[str]) -> int:
    """Measure against servers of its own, or those of DATABASE_URL and REDIS_URL; returns the exit code.

    Its embedded servers trade durability for speed, for the values and their bounds alike. Whatever
    ends this, the servers and the temporary folder go with it.
    """
    identity = Identity.for_services()
    folder = Path(tempfile.mkdtemp(prefix="bizworks-"))
    folder.chmod(0o711 if identity else 0o700)
    layout = Layout(folder / "data", identity)
    try:
        layout.prepare()
        with session.stopping_on_signals(), session.supervised() as supervisor:
            with contextlib.redirect_stdout(sys.stderr):  # standard output is for results alone
                databases, redis_url = session.start_servers(supervisor, layout, throwaway=True)
            env = session.product_environment(layout, redis_url) | databases.owner_environment()
            env |= {"STATEMENT_TIMEOUT_MS": "0"}
            argv = [sys.executable, "-m", "bizworks.benchmark", *arguments]
            return session.in_foreground(argv, env=env, cwd=ROOT)
    except session.Stopped:
        return 130
    finally:
        for each in (folder, layout.sockets):
            shutil.rmtree(each, ignore_errors=True)
