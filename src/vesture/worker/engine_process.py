"""The engine's own process, seen from the worker: start it, hand it runs, notice its death, start it again.

Takes: a picklable factory of a `Dresser`. Gives: `DressedResult`s. Knows nothing about jobs or stores.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import threading
from multiprocessing import connection as pipes
from multiprocessing.process import BaseProcess
from typing import Any

from vesture.core.ports import DressedResult
from vesture.core.task import OnStep, TryOnOptions
from vesture.worker.engine_child import (
    Crashed,
    Dressed,
    DresserFactory,
    Message,
    Ready,
    Refused,
    Run,
    Stepped,
    Unready,
    serve_runs,
)

log = logging.getLogger(__name__)

_LAST_BREATH_SECONDS = 1.0  # between the end of the pipe and that of the process; then it is killed
_ENDS = (Dressed, Refused, Crashed)


class EngineLost(Exception):
    """The engine's process died during a run; the text says how."""


class EngineCrashed(Exception):
    """The engine raised an error that is not meant for users; the text is its traceback."""


class EngineUnready(Exception):
    """The engine could not be built; the text says why."""


class EngineProcess:
    """A process that holds the engine and survives from run to run.

    Use `ready` before each `dress`. One run at a time.

    Args:
        factory: builds the dresser inside the process.
        cancel_grace_seconds: how long a cancelled run may take to stop before its process is killed.
    """

    def __init__(self, factory: DresserFactory, *, cancel_grace_seconds: float = 5.0) -> None:
        self._factory = factory
        self._cancel_grace_seconds = cancel_grace_seconds
        self._context = multiprocessing.get_context("spawn")
        self._cancelled = self._context.RawValue("q", 0)  # without a lock: a killed child would never open it
        self._child: _Child | None = None
        self._engine = ""
        self._number = 0
        self._unended = False  # the last run was left before its end

    @property
    def pid(self) -> int | None:
        """Of the present process; None before the first `ready`."""
        return None if self._child is None else self._child.process.pid

    @property
    def engine(self) -> str:
        """Name of the engine that was built; empty before the first `ready`."""
        return self._engine

    async def ready(self) -> None:
        """Wait until the engine can take a run: start its process when there is none, stop what was cancelled.

        Raises:
            EngineUnready: the dresser cannot be built.
        """
        if self._child is not None and self._unended:
            await self._let_run_end(self._child)
        if self._child is not None and not (self._child.alive and self._child.process.is_alive()):
            await self.close()
        if self._child is None:
            self._child = _Child(self._context, self._factory, self._cancelled)
            await self._wait_until_built(self._child)

    async def dress(self, person: bytes, garment: bytes, options: TryOnOptions, on_step: OnStep) -> DressedResult:
        """Run one try-on. When the calling task is cancelled the run is told to stop; `ready` waits for that.

        Raises:
            EngineLost: the process died.
            EngineCrashed: the engine raised something unexpected.
            VestureError: what the engine has to say to the sender.
        """
        child = self._child
        if child is None or self._unended:
            raise EngineLost("the engine is not ready")
        self._number += 1
        self._unended = True
        try:
            await child.send(Run(self._number, person, garment, options))
            while True:
                message = await child.receive()
                if isinstance(message, Stepped):
                    on_step(message.step)
                elif isinstance(message, _ENDS):
                    self._unended = False
                    return _result(message)
        except EngineLost:
            self._unended = False
            raise
        finally:
            if self._unended:
                self._cancelled.value = self._number

    async def close(self) -> None:
        """End the process at once."""
        if self._child is not None:
            child, self._child = self._child, None
            self._unended = False
            await child.end()

    async def _wait_until_built(self, child: _Child) -> None:
        try:
            message = await child.receive()
        except EngineLost as error:
            await self.close()
            raise EngineUnready(f"while it was built: {error}") from error
        if not isinstance(message, Ready):
            await self.close()
            raise EngineUnready(message.trace if isinstance(message, Unready) else repr(message))
        self._engine = message.engine

    async def _let_run_end(self, child: _Child) -> None:
        try:
            async with asyncio.timeout(self._cancel_grace_seconds):
                while not isinstance(await child.receive(), _ENDS):
                    pass
            self._unended = False
        except TimeoutError:
            log.warning("The cancelled run did not stop; its engine is killed")
            await self.close()
        except EngineLost:
            await self.close()


def _result(end: Dressed | Refused | Crashed) -> DressedResult:
    if isinstance(end, Refused):
        raise end.error
    if isinstance(end, Crashed):
        raise EngineCrashed(end.trace)
    return end.result


class _Child:
    """One process and the thread that reads its messages."""

    def __init__(self, context: Any, factory: DresserFactory, cancelled: Any) -> None:
        self._connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=serve_runs, args=(factory, theirs, cancelled), name="engine", daemon=True
        )
        self.process.start()
        theirs.close()  # so that the pipe ends when the process does
        self._loop = asyncio.get_running_loop()
        self._inbox: asyncio.Queue[Message | None] = asyncio.Queue()
        self.alive = True
        threading.Thread(target=self._read, name="engine reader", daemon=True).start()

    async def send(self, run: Run) -> None:
        try:
            await asyncio.to_thread(self._connection.send, run)
        except OSError:
            await self._lost()

    async def receive(self) -> Message:
        message = await self._inbox.get() if self.alive else None
        if message is None:
            await self._lost()
        return message  # type: ignore[return-value]  # `_lost` always raises

    async def end(self) -> None:
        self.process.kill()
        await asyncio.to_thread(self.process.join)
        self._connection.close()

    async def _lost(self) -> None:
        self.alive = False
        await asyncio.to_thread(self.process.join, _LAST_BREATH_SECONDS)
        self.process.kill()
        await asyncio.to_thread(self.process.join)
        code = self.process.exitcode or 0
        raise EngineLost(f"the engine's process ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}")

    def _read(self) -> None:
        try:
            while True:
                pipes.wait([self._connection, self.process.sentinel])
                if not self._connection.poll():
                    break
                self._tell(self._connection.recv())
        except (EOFError, OSError):
            pass
        except Exception:
            log.exception("A message of the engine cannot be read")
        self._tell(None)

    def _tell(self, message: Message | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, nobody listens
            self._loop.call_soon_threadsafe(self._inbox.put_nowait, message)
