"""How often a person may do something that costs."""

import time

from django.core.cache import cache


def within_limit(name: str, *, number: int, seconds: int) -> bool:
    """Count one more act under a name, and tell whether there were no more than `number` in this span of seconds.

    Spans begin at round times. Two acts in the same instant may count as one: it is a brake, not a lock.
    Queries: at most 6, of the cache's own.
    """
    key = f"limit:{name}:{int(time.time()) // seconds}"
    done = cache.get(key, 0)
    if done >= number:
        return False
    cache.set(key, done + 1, seconds)
    return True


def within_kinds(name: str, kind: str, *, number: int, seconds: int) -> bool:
    """Note one more thing asked for under a name, and tell whether there were no more than `number` different ones.

    The same thing again costs nothing. Spans and exactness as `within_limit`. Queries: at most 6, of the cache's own.
    """
    key = f"kinds:{name}:{int(time.time()) // seconds}"
    known = cache.get(key, [])
    if kind in known:
        return True
    if len(known) >= number:
        return False
    cache.set(key, [*known, kind], seconds)
    return True
