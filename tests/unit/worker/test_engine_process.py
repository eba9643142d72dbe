"""The engine's process, with a real dresser in a real process."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from scripted_dresser import BrokenFactory, ScriptedDresser

from vesture.core.ports import DressedImage
from vesture.core.task import Step, TryOnOptions, ignore_steps
from vesture.errors import PersonNotFound
from vesture.worker.engine_process import EngineCrashed, EngineLost, EngineProcess, EngineUnready

OPTIONS = TryOnOptions("tops")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[EngineProcess]:
    engine = EngineProcess(functools.partial(ScriptedDresser, tmp_path / "journal"), cancel_grace_seconds=2.0)
    await engine.ready()
    yield engine
    await engine.close()


async def test_bytes_go_in_and_come_out_with_their_steps(engine: EngineProcess) -> None:
    steps: list[Step] = []
    result = await engine.dress(b"steps:2:0", b"shirt", OPTIONS, steps.append)
    assert result.images == (DressedImage(b"dressed steps:2:0 in shirt", "image/png", 3, 2),)
    assert [(step.index, step.total, step.message) for step in steps] == [(1, 2, "step 1"), (2, 2, "step 2")]


async def test_photos_of_many_megabytes_pass(engine: EngineProcess) -> None:
    garment = bytes(50_000_000)
    result = await engine.dress(b"", garment, OPTIONS, ignore_steps)
    assert len(result.images[0].data) == len(garment) + len(b"dressed  in ")


async def test_errors_for_the_sender_arrive_whole(engine: EngineProcess) -> None:
    with pytest.raises(PersonNotFound) as caught:
        await engine.dress(b"refuse", b"", OPTIONS, ignore_steps)
    assert (caught.value.field, caught.value.message, caught.value.context) == (
        "model_image",
        "nobody is there",
        {"found": 0},
    )


async def test_an_unexpected_error_arrives_as_its_traceback_and_the_engine_goes_on(engine: EngineProcess) -> None:
    pid = engine.pid
    with pytest.raises(EngineCrashed, match=r"in _do\n(.|\n)*RuntimeError: secret of the engine"):
        await engine.dress(b"raise", b"", OPTIONS, ignore_steps)
    await engine.ready()
    await engine.dress(b"", b"", OPTIONS, ignore_steps)
    assert engine.pid == pid


async def test_the_death_of_the_process_is_noticed_and_mended(engine: EngineProcess) -> None:
    pid = engine.pid
    with pytest.raises(EngineLost, match="signal 9"):
        await engine.dress(b"kill", b"", OPTIONS, ignore_steps)
    with pytest.raises(EngineLost):
        await engine.dress(b"", b"", OPTIONS, ignore_steps)
    await engine.ready()
    assert engine.pid != pid
    await engine.dress(b"", b"", OPTIONS, ignore_steps)


async def test_a_cancelled_run_stops_at_its_next_step(engine: EngineProcess) -> None:
    pid = engine.pid
    stepped = asyncio.Event()
    run = asyncio.create_task(engine.dress(b"steps:6000:0.01", b"", OPTIONS, lambda step: stepped.set()))
    await stepped.wait()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    await engine.ready()
    result = await engine.dress(b"next", b"", OPTIONS, ignore_steps)
    assert result.images[0].data == b"dressed next in "
    assert engine.pid == pid


async def test_signals_of_the_terminal_do_not_reach_the_engine(engine: EngineProcess) -> None:
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGINT)
    os.kill(engine.pid, signal.SIGTERM)
    await engine.dress(b"", b"", OPTIONS, ignore_steps)


async def test_an_engine_that_cannot_be_built_says_why() -> None:
    engine = EngineProcess(BrokenFactory())
    with pytest.raises(EngineUnready, match="the model file is missing"):
        await engine.ready()
    assert engine.pid is None
