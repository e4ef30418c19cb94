"""Short plain lines for the person at the terminal, each with the seconds since the start."""

import os
import time

SHOW = "» "  # a line of a step's output that begins so is shown at once
KEEP = "« "  # one that begins so is kept for the end of the start
STARTED_AT = "BIZWORKS_STARTED_AT"  # carries the first process's clock over the change of interpreter
_start = float(os.environ.pop(STARTED_AT, "") or time.monotonic())


class LaunchError(Exception):
    """Something stands in the way that a person can put right; the text says how."""


def say(text: str) -> None:
    """Print one line with the elapsed seconds."""
    print(f"[{time.monotonic() - _start:4.0f} s] {text}", flush=True)


def handed_over_clock() -> dict[str, str]:
    """Return the environment entry that lets the next interpreter count on from here."""
    return {STARTED_AT: repr(_start)}
