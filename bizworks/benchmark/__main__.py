"""The command itself; `manage.py benchmark` starts it with servers and logins in the environment."""

import argparse
import importlib
import os
import pkgutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import django

SIZES = {"small": 20_000, "state": 1_000_000}


def main(arguments: list[str]) -> int:
    """Generate, measure, print; returns 0 whatever holds, since a ratio that misses is a finding, not a failure."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bizworks.settings")
    django.setup()
    from bizworks.benchmark.bench import Bench
    from bizworks.benchmark.generate import generate

    chosen = [m for m in _measures() if not options.only or m.ID in options.only]
    if not chosen:
        _say(f"No such measure. There are: {', '.join(sorted({m.ID for m in _measures()}))}")
        return 2
    number = options.businesses or SIZES[options.size]
    with _database():
        tenants = generate(businesses=number, with_services=any(m.NEEDS_SERVICES for m in chosen), say=_say)
        bench = Bench(size=options.size, tenants=tenants, say=_say)
        for module in chosen:
            _say(module.__name__.rpartition(".")[2].replace("_", " "))
            for result in module.measure(bench):
                sys.stdout.write(result.line() + "\n")
                sys.stdout.flush()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py benchmark", description="Speed and quality as ratios.")
    parser.add_argument(
        "--size", choices=list(SIZES), default="small", help="small ends in minutes; state is the real thing"
    )
    parser.add_argument("--only", nargs="+", metavar="ID", help="measures by their id, such as P5")
    parser.add_argument("--businesses", type=int, help="businesses of the largest tenant, instead of the size's")
    return parser


def _measures() -> list[ModuleType]:
    from bizworks.benchmark import measures

    names = sorted(module.name for module in pkgutil.iter_modules(measures.__path__))
    return [importlib.import_module(f"{measures.__name__}.{name}") for name in names]


@contextmanager
def _database() -> Iterator[None]:
    """A database of its own, made by the owner and dropped at the end; work goes by the application's role."""
    from django.core.management import call_command
    from django.db import connections

    owner, app = (connections[alias] for alias in ("owner", "default"))
    home, name = owner.settings_dict["NAME"], f"bizworks_benchmark_{os.getpid()}"

    def at(database: str) -> None:
        for each in (owner, app):
            each.close()
            each.settings_dict["NAME"] = database

    with owner.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        at(name)
        _say("tables")
        call_command("migrate", database="owner", verbosity=0)
        call_command("load_reference", verbosity=0)
        yield
    finally:
        at(home)
        with owner.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        owner.close()


_started = time.monotonic()


def _say(text: str) -> None:
    """Progress goes to standard error; standard output has only results."""
    sys.stderr.write(f"[{time.monotonic() - _started:4.0f} s] {text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
