"""Brings the database and the static files to the state this code needs: `python -m bizworks.launch.prepare`.

Run by `manage.py run` with both database logins before anything serves. Each part is idempotent and quick when
there is nothing to do.
"""

import argparse
import hashlib
import io
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from bizworks.launch.console import KEEP, SHOW


def main() -> None:
    """Migrate, load what the product needs, collect static files, and say who can sign in."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", action="store_true")
    options = parser.parse_args()
    django.setup()
    migrate()
    announce("loading reference data")
    call_command("load_reference")
    if options.demo:
        announce("loading the demonstration tenants")
        load_demo()
    for line in demo_people().splitlines():
        print(KEEP + line)
    collect_static()


def announce(text: str) -> None:
    """Print a line for the person at the terminal."""
    print(SHOW + text, flush=True)


def migrate() -> None:
    """Apply what is not applied yet, as the owner; also with nothing to apply, since it renews the role's grants."""
    executor = MigrationExecutor(connections["owner"])
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        announce(f"applying {len(plan)} migrations")
    call_command("migrate", database="owner", interactive=False, verbosity=1 if plan else 0)
    connections["owner"].close()


def load_demo() -> None:
    """Load the demonstration; then let the planner know what came in, since it cannot wait for autovacuum."""
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    if made := out.getvalue():
        print(made, end="", flush=True)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
        connections["owner"].close()


def demo_people() -> str:
    """Return what `demo_people` says: lines of e-mail, role and tenant, and the password."""
    out = io.StringIO()
    call_command("demo_people", stdout=out)
    return out.getvalue()


def collect_static() -> None:
    """Collect the static files when one of them changed since the last time."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list(None):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / "collected.txt"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    announce("collecting static files")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())


if __name__ == "__main__":
    main()
