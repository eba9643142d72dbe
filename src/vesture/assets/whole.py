"""Whether a file is the one that a table lists: by its size, and by its sha256."""

from __future__ import annotations

import hashlib
from pathlib import Path


def size_fault(path: Path, size: int) -> str | None:
    """What is wrong with the file, judged without reading it; None: it has the right size."""
    try:
        found = path.stat().st_size
    except OSError:
        return "missing"
    if found < size:
        return f"truncated ({found} of {size} bytes)"
    return "damaged (too many bytes)" if found > size else None


def content_fault(path: Path, size: int, sha256: str) -> str | None:
    """What is wrong with the file; reads it whole. None: it is the one."""
    fault = size_fault(path, size)
    if fault:
        return fault
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable ({error.strerror or error})"
    return None if digest == sha256 else "damaged (its sha256 differs)"
