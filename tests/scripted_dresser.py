"""A small dresser that does what the bytes of the person photo say, in a process of its own like any other.

Each start is noted as a line in a journal file, so that a test can count them. Words of the script, in order:
``steps:N:SECONDS`` reports N steps, ``previews:N:SECONDS`` the same with previews, ``sleep:SECONDS`` reports none,
``kill`` and ``segfault`` end the process, ``kill-once`` only at the first start, ``raise`` fails unexpectedly,
``refuse`` fails with an error for the sender.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path

from vesture.core.ports import DressedImage, DressedResult
from vesture.core.task import OnStep, Preview, Step, TryOnOptions
from vesture.errors import PersonNotFound


class ScriptedDresser:
    name = "scripted"

    def __init__(self, journal: Path) -> None:
        self._journal = journal

    def __call__(self, person: bytes, garment: bytes, options: TryOnOptions, on_step: OnStep) -> DressedResult:
        with self._journal.open("a") as journal:
            journal.write(f"{person.decode()} by {os.getpid()}\n")
        for word in person.decode().split():
            self._do(word, on_step)
        data = b"dressed " + person + b" in " + garment
        return DressedResult((DressedImage(data, "image/png", 3, 2),), ("a warning",), {})

    def _do(self, word: str, on_step: OnStep) -> None:
        match word.split(":"):
            case ["steps", count, seconds]:
                for index in range(int(count)):
                    time.sleep(float(seconds))
                    on_step(Step(index + 1, int(count), "stage", f"step {index + 1}"))
            case ["previews", count, seconds]:
                for index in range(int(count)):
                    on_step(Step(index + 1, int(count), "stage", preview=Preview(0, f"preview {index + 1}".encode())))
                    time.sleep(float(seconds))
            case ["sleep", seconds]:
                time.sleep(float(seconds))
            case ["kill"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["kill-once"] if len(self._journal.read_text().splitlines()) == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["segfault"]:
                ctypes.string_at(0)
            case ["raise"]:
                raise RuntimeError("secret of the engine")
            case ["refuse"]:
                raise PersonNotFound("model_image", "nobody is there", {"found": 0})


class BrokenFactory:
    def __call__(self) -> ScriptedDresser:
        raise RuntimeError("the model file is missing")
