"""The last few things that were worked out, by the content of the picture they came from.

One person tries many garments, and one garment many persons: the half that stays the same is not worked out again.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

from vesture.core.task import Picture

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """At most `size` values, the longest unused one goes first. Thread-safe; values must never be changed."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key: Hashable, value: Value) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)


def fingerprint(picture: Picture) -> bytes:
    """The same 16 bytes for the same pixels, and for no others that anybody will meet."""
    digest = hashlib.blake2b(repr(picture.rgb.shape).encode(), digest_size=16)
    digest.update(picture.rgb.tobytes())
    if picture.alpha is not None:
        digest.update(picture.alpha.tobytes())
    return digest.digest()
