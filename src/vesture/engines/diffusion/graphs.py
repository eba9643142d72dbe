"""The model's kernels recorded once for a shape and replayed: a CPU that is slow at launching them no longer matters.

Takes a model, gives something that is called like it. Inputs are copied to where the recording reads them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from vesture.engines.diffusion.mmdit import Condition, MMDiT, StepModulation

Replay = Callable[[], Tensor]
Record = Callable[[Callable[[], Tensor]], Replay]
"""Takes work that reads and writes the same memory at every call, gives what does it again."""

WARM_UPS = 3
"""Runs before the recording, in which libraries choose kernels and take their memory."""


@dataclass(frozen=True, slots=True)
class _Recording:
    x: Tensor
    condition: Condition
    step: StepModulation
    replay: Replay


class Recorded:
    """Called as `MMDiT` is. One recording a shape; replays take turns, so it may be called from many threads."""

    def __init__(self, model: MMDiT, record: Record) -> None:
        self._model, self._record = model, record
        self._recordings: dict[tuple[object, ...], _Recording] = {}
        self._lock = threading.Lock()

    def __call__(self, x: Tensor, condition: Condition, step: StepModulation) -> Tensor:
        shape = (x.shape, x.dtype, condition.garment.shape)
        with self._lock:
            if shape not in self._recordings:
                self._recordings[shape] = self._recording(x, condition, step)
            recording = self._recordings[shape]
            recording.x.copy_(x)
            recording.condition.person.copy_(condition.person)
            recording.condition.garment.copy_(condition.garment)
            recording.step.packed.copy_(step.packed)
            return recording.replay().clone()  # the next replay overwrites it

    def _recording(self, x: Tensor, condition: Condition, step: StepModulation) -> _Recording:
        own_x, own_condition = x.clone(), Condition(_own(condition.person), _own(condition.garment))
        own_step = self._model.unpack(step.packed.clone())
        replay = self._record(lambda: self._model(own_x, own_condition, own_step))
        return _Recording(own_x, own_condition, own_step, replay)


def _own(tensor: Tensor) -> Tensor:
    return tensor.clone(memory_format=torch.contiguous_format)


def record_cuda(work: Callable[[], Tensor]) -> Replay:
    """A CUDA graph of the work."""
    here, aside = torch.cuda.current_stream(), torch.cuda.Stream()
    aside.wait_stream(here)
    with torch.cuda.stream(aside):
        for _ in range(WARM_UPS):
            work()
    here.wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = work()

    def replay() -> Tensor:
        graph.replay()
        return result

    return replay


def record_nothing(work: Callable[[], Tensor]) -> Replay:
    """The work itself: the same memory is read, on any device. For trials without a CUDA device."""
    return work
