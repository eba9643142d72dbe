"""Opens the networks of our own: one thread each, since the work beside them keeps the other cores busy."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def open_session(path: Path) -> Any:
    """An onnxruntime session on the CPU for the weights at `path`."""
    import onnxruntime  # slow to import, and only needed where a network is read

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
