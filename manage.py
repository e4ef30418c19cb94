#!/usr/bin/env python3
"""The one door to bizworks: `python3 manage.py run`, `python3 manage.py test`, and every Django command.

Needs nothing but Python 3.11: `bizworks.launch` makes the environment and starts what is missing.
"""

import sys


def main() -> int:
    """Enter the project's own environment, then carry out the command; returns the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - here an older one is told
        sys.exit(
            "bizworks needs Python 3.11, and this is " + sys.version.split()[0] + ". Try: python3.11 manage.py run"
        )
    from bizworks.launch import bootstrap

    bootstrap.enter(sys.argv)
    from bizworks.launch import commands

    return commands.main(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
