"""The engine's own process, seen from inside: build the dresser once, then answer one run after another.

Takes: a factory and a pipe. Sends: `Ready`, then for each `Run` its `Stepped` messages and one end. It is a process
of its own because native code that holds the interpreter, crashes or is killed for memory must not take the worker's
heartbeat with it; and it is started with the ``spawn`` method, since CUDA does not survive a fork.

It dies with its worker, however that one ends, and leaves signals from the terminal to it.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from vesture.core.ports import DressedResult, Dresser
from vesture.core.task import Step, TryOnOptions
from vesture.errors import Cancelled, VestureError

DresserFactory = Callable[[], Dresser]
"""Builds the dresser, models loaded. Called in the engine's process, so it must be picklable."""

_PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Run:
    """To the child: one try-on. `number` rises within the life of a worker."""

    number: int
    person: bytes
    garment: bytes
    options: TryOnOptions


@dataclass(frozen=True, slots=True)
class Ready:
    """The dresser is built; `engine` is its engine's name."""

    engine: str


@dataclass(frozen=True, slots=True)
class Unready:
    """The dresser could not be built; the process ends."""

    trace: str


@dataclass(frozen=True, slots=True)
class Stepped:
    number: int
    step: Step


@dataclass(frozen=True, slots=True)
class Dressed:
    number: int
    result: DressedResult


@dataclass(frozen=True, slots=True)
class Refused:
    """The run ended with an error meant for its sender."""

    number: int
    error: VestureError


@dataclass(frozen=True, slots=True)
class Crashed:
    """The run ended with an error that nobody expected; the process goes on."""

    number: int
    trace: str


Message = Ready | Unready | Stepped | Dressed | Refused | Crashed


def serve_runs(factory: DresserFactory, connection: Connection, cancelled: Any) -> None:
    """Main function of the process. `cancelled` is a shared integer: the number of the run that shall stop."""
    _die_with_parent()
    for name in (signal.SIGINT, signal.SIGTERM):  # the worker decides when its engine ends
        signal.signal(name, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        dresser = factory()
    except Exception:
        connection.send(Unready(traceback.format_exc()))
        sys.exit(1)
    connection.send(Ready(dresser.name))
    while True:
        try:
            run = connection.recv()
        except EOFError:
            return
        connection.send(_answer(run, dresser, connection, cancelled))


def _answer(run: Run, dresser: Dresser, connection: Connection, cancelled: Any) -> Message:
    def on_step(step: Step) -> None:
        if cancelled.value == run.number:
            raise Cancelled()
        connection.send(Stepped(run.number, step))

    try:
        return Dressed(run.number, dresser(run.person, run.garment, run.options, on_step))
    except VestureError as error:
        return Refused(run.number, error)
    except Exception:
        return Crashed(run.number, traceback.format_exc())


def _die_with_parent() -> None:
    """End this process when the worker's ends, even when that one was killed."""
    if sys.platform == "linux":  # reaches native code that never lets Python threads run
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_wait_for_end_of_parent, name="parent watch", daemon=True).start()


def _wait_for_end_of_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
