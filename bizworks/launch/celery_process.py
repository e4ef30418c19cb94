"""Celery's worker and beat, tied to their parents: `python -m bizworks.launch.celery_process worker -c 2`.

With `READY_FILE` set, that file appears once the worker takes tasks or beat has begun to tick.
"""

import os
import sys
from pathlib import Path

from celery.bin.celery import main
from celery.signals import beat_init, worker_process_init, worker_ready

from bizworks.launch.processes import die_with_parent

_main_process = os.getpid()


@worker_process_init.connect
def tie_to_worker(**_: object) -> None:
    """A killed worker takes its pool along; the broker hands their tasks out again."""
    die_with_parent(_main_process)


@worker_ready.connect
@beat_init.connect
def tell_readiness(**_: object) -> None:
    """Tell the launcher that this process is at work."""
    if path := os.environ.get("READY_FILE"):
        Path(path).touch()


if __name__ == "__main__":
    sys.argv = ["celery", "-A", "bizworks", *sys.argv[1:]]
    sys.exit(main())
