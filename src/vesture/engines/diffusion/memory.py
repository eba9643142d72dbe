"""Keep memory that was used once: a step frees and takes back gigabytes, and fresh pages cost more than the sums.

By default glibc returns every large block to the system when it is freed. On a CPU that made a step in bfloat16 take a
third longer.
"""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
_NEVER_TRIM, _LARGEST_KEPT = 2**31 - 1, 2**30


def keep_freed_memory() -> bool:
    """Ask the C library to reuse large blocks instead of returning them, for the whole process, from now on.

    Returns:
        Whether it did; False where the C library is not glibc.
    """
    try:
        change = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # macOS and musl have no mallopt; Windows has no CDLL(None)
        return False
    return bool(change(_MMAP_THRESHOLD, _LARGEST_KEPT) and change(_TRIM_THRESHOLD, _NEVER_TRIM))
