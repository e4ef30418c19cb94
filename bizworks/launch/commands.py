"""Which command does what: `run` and `test` are ours, the others are Django's with a database found for them."""

import errno
import os
import sys

from bizworks.launch import database, session
from bizworks.launch.console import LaunchError
from bizworks.launch.paths import ROOT, Layout, setting

READY = "BIZWORKS_READY"  # set for a command whose environment is complete
USAGE = """Usage: python3 manage.py <command>

  run [--port N] [--no-demo]    the whole product on this machine
  test [-- pytest arguments]    every test
  benchmark [--size state]      speed and quality as ratios against bounds of the same run
  build                         the environment and the browser assets, for an image
  prepare_database              make the two database roles and the database, for a deployment

Every other command is Django's (`help` lists them); without DATABASE_URL it uses the embedded database.
"""


def main(argv: list[str]) -> int:
    """Carry out one command; returns the exit code. What a person can put right is said without a traceback."""
    name, arguments = (argv[1] if len(argv) > 1 else ""), argv[2:]
    try:
        if name in OURS:
            return OURS[name](arguments)
        if os.environ.get(READY) or (setting("DATABASE_URL") and (setting("SECRET_KEY") or setting("BIZWORKS_TEST"))):
            return _django(argv)
        return _with_database(argv)
    except LaunchError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (session.Stopped, KeyboardInterrupt):
        return 130
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise
        print(
            f"\n{error.filename or ROOT}: {error.strerror}. Make room, or set DATA_DIR to another place.",
            file=sys.stderr,
        )
        return 1


def _run(arguments: list[str]) -> int:
    from bizworks.launch import run

    return run.main(arguments)


def _test(arguments: list[str]) -> int:
    from bizworks.launch import testing

    return testing.main(arguments)


def _benchmark(arguments: list[str]) -> int:
    from bizworks.launch import benchmark

    return benchmark.main(arguments)


def _build(arguments: list[str]) -> int:
    from bizworks.launch import assets

    assets.ensure(browser=False)
    return 0


def _prepare_database(arguments: list[str]) -> int:
    database.prepare_from_environment(
        setting("DATABASE_ADMIN_URL"), setting("DATABASE_OWNER_URL"), setting("DATABASE_URL")
    )
    return 0


def _usage(arguments: list[str]) -> int:
    print(USAGE)
    return 2


def _django(argv: list[str]) -> int:
    """Run a Django command here; migrations go by the owner's login, which alone may change tables."""
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bizworks.settings")
    has_database = any(argument.startswith("--database") for argument in argv)
    if argv[1] in ("migrate", "sqlmigrate", "showmigrations") and setting("DATABASE_OWNER_URL") and not has_database:
        argv = [*argv, "--database=owner"]
    execute_from_command_line(argv)
    return 0


def _with_database(argv: list[str]) -> int:
    """Run a Django command with the database of a `run`, or with one started for as long as the command takes."""
    layout = Layout.of_installation()
    layout.prepare()
    lock = session.Lock(layout)
    holder = None if setting("DATABASE_URL") else lock.take(argv[1], wait=True)
    try:
        with session.stopping_on_signals(), session.supervised() as supervisor:
            if holder:
                databases, redis_url = session.servers_of(layout, holder)
            else:
                databases, redis_url = session.start_servers(supervisor, layout, broker=False)
            env = session.product_environment(layout, redis_url) | databases.owner_environment() | {READY: "1"}
            if holder:
                env.setdefault(
                    "BASE_URL", holder["address"]
                )  # links that a command prints lead to the product that runs
            return session.in_foreground([sys.executable, str(ROOT / "manage.py"), *argv[1:]], env=env)
    finally:
        layout.prepare()  # what a command of root's wrote belongs to the services again


OURS = {
    "run": _run,
    "test": _test,
    "benchmark": _benchmark,
    "build": _build,
    "prepare_database": _prepare_database,
    "": _usage,
}
