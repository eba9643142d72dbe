"""Work on the database that runs to its end, whatever becomes of who asked for it.

Callers are cancelled all the time: clients hang up, jobs are stopped. A driver that is cancelled in the middle of a
statement may leave its transaction open, and with SQLite that stops every writer. So whatever opens a transaction is
marked `whole`: it goes on in a task of its own, and the caller that was cancelled merely does not hear the answer.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_running: set[asyncio.Task[Any]] = set()  # the event loop itself holds tasks only weakly


def whole(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """`work`, not to be cut off by the cancellation of its caller."""

    @functools.wraps(work)
    async def run_whole(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.create_task(work(*args, **kwargs))
        _running.add(task)
        task.add_done_callback(_running.discard)
        return await asyncio.shield(task)

    return run_whole
