"""One .tflite network: a crop goes in, all its outputs come out."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np

from vesture.vision.pose.decode import Floats


class Network:
    """One .tflite network behind a lock: an interpreter keeps its tensors between calls."""

    def __init__(self, path: Path, threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter  # slow to import, and only needed here

        self._interpreter: Any = Interpreter(model_path=str(path), num_threads=threads)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]
        self._lock = threading.Lock()

    def run(self, crop: Floats) -> list[Floats]:
        """All outputs, copied, for one (size, size, 3) float32 crop."""
        with self._lock:
            self._interpreter.set_tensor(self._input, np.ascontiguousarray(crop[None], np.float32))
            self._interpreter.invoke()
            return [np.array(self._interpreter.get_tensor(index), np.float32) for index in self._outputs]
