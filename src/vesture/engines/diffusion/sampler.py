"""From noise to picture: the time schedule, the noise, Euler steps along the guided velocity.

Takes a model and its conditions, gives the state after every step; knows nothing about photos or requests. Time runs
from 0 (noise) to 1 (picture). Axes: b samples, s steps.

Sources: X. Liu et al., "Flow Straight and Fast" (rectified flow); J. Ho and T. Salimans, "Classifier-Free Diffusion
Guidance"; P. Esser et al., "Scaling Rectified Flow Transformers" (shifted schedule).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vesture.engines.diffusion.mmdit import Condition, MMDiT, StepModulation
from vesture.engines.diffusion.options import Numerics

Velocity = Callable[[Tensor, Condition, StepModulation], Tensor]
"""The model, or whatever carries it out: (b, 3, H, W), what to show, modulations -> (b, 3, H, W)."""

Recall = Callable[[Callable[[], Tensor]], Tensor]
"""Gives what the function gives, without calling it where the answer is known already."""


def always_compute(work: Callable[[], Tensor]) -> Tensor:
    """The `Recall` that knows nothing."""
    return work()


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """How to walk.

    Attributes:
        steps: Euler steps, at least 1.
        guidance: weight of the conditional over the unguided velocity; 1 needs no unguided branch.
        time_shift: mu of the schedule.
        unguided_last: last steps that follow the conditional branch alone.
    """

    steps: int
    guidance: float
    time_shift: float = 1.5
    unguided_last: int = 1

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"expected at least 1 step, got {self.steps}")

    def is_guided(self, step: int) -> bool:
        """Whether step (0-based) mixes in the unguided branch."""
        return self.guidance != 1.0 and step < self.steps - self.unguided_last

    @property
    def forwards(self) -> int:
        """Model evaluations of one sample."""
        return self.steps + sum(self.is_guided(step) for step in range(self.steps))


@dataclass(frozen=True, slots=True)
class SampleState:
    """After a step: `index` (1-based) of `total`, the state `x` (b, 3, H, W) and the picture it points to."""

    index: int
    total: int
    x: Tensor
    expected: Tensor


def schedule(steps: int, time_shift: float) -> Tensor:
    """Times 0 = t_0 < ... < t_steps = 1, (steps + 1,) float32."""
    factor = math.exp(-time_shift)
    remaining = torch.linspace(1, 0, steps + 1)
    return (factor / (factor + (1 / remaining - 1))).flip(0)


def draw_noise(
    seed: int, sample: int, size: tuple[int, int], device: torch.device, dtype: torch.dtype, numerics: Numerics
) -> Tensor:
    """Noise (1, 3, H, W) of one sample: the `sample`-th slice of the seed's stream, however many are asked for.

    H x W must be a multiple of 16, which keeps slices drawn one by one equal to one large draw.
    """
    shape = (1, 3, *size)
    if math.prod(size) % 16:
        raise ValueError(f"expected a size with a multiple of 16 pixels, got {size}")
    drawn_on, drawn_as = (device, dtype) if numerics == "reference" else (torch.device("cpu"), torch.float32)
    generator = torch.Generator(drawn_on).manual_seed(seed)
    for _ in range(sample):
        torch.randn(shape, generator=generator, device=drawn_on, dtype=drawn_as)
    return torch.randn(shape, generator=generator, device=drawn_on, dtype=drawn_as).to(device, dtype)


@dataclass(frozen=True, slots=True)
class Route:
    """What the samples of one run share: times, modulations of every step, the condition of the unguided branch."""

    plan: SamplePlan
    times: list[float]  # steps + 1 of them, 0 to 1
    with_category: list[StepModulation]
    unguided: list[StepModulation]  # of the guided steps only
    null: Condition


def prepare_route(model: MMDiT, category: int, plan: SamplePlan, dtype: torch.dtype = torch.float32) -> Route:
    """Compute once what no step changes. `dtype` is that of the noise: the time is rounded to it."""
    times = schedule(plan.steps, plan.time_shift)
    starts = times[:-1].to(dtype)
    guided = [step for step in range(plan.steps) if plan.is_guided(step)]
    vectors = torch.cat([model.vectors(starts, category), model.vectors(starts[guided], 0)])
    modulations = model.modulations(vectors)
    with_category, unguided = modulations[: plan.steps], modulations[plan.steps :]
    return Route(plan, times.tolist(), with_category, unguided, model.null_condition())


def euler_steps(
    velocity: Velocity, condition: Condition, noise: Tensor, route: Route, first_unguided: Recall = always_compute
) -> Iterator[SampleState]:
    """Walk from noise (b, 3, H, W) to the picture; yields after each step, so that a caller can stop.

    The state keeps the type of `noise`.

    Args:
        first_unguided: asked for the unguided velocity of the first step, which depends on the noise alone.
    """
    plan, x = route.plan, noise
    for step in range(plan.steps):
        towards = velocity(x, condition, route.with_category[step])  # (b, 3, H, W)
        if plan.is_guided(step):
            recall = always_compute if step else first_unguided
            free = recall(lambda x=x, step=step: velocity(x, route.null, route.unguided[step]))  # type: ignore[misc]
            towards = free + plan.guidance * (towards - free)
        start, end = route.times[step], route.times[step + 1]
        expected = x + (1 - start) * towards
        x = x + (end - start) * towards
        yield SampleState(step + 1, plan.steps, x, expected)


def to_pixels(x: Tensor) -> NDArray[np.uint8]:
    """(b, 3, H, W) in about [-1, 1] -> (b, H, W, 3) uint8, truncated as in the published program."""
    scaled = (x.float().clamp(-1, 1) + 1) * 0.5 * 255
    pixels: NDArray[np.uint8] = scaled.to(torch.uint8).permute(0, 2, 3, 1).cpu().contiguous().numpy()
    return pixels


def to_model_range(image: NDArray[np.uint8], device: torch.device, dtype: torch.dtype) -> Tensor:
    """(H, W, k) or (H, W) uint8 -> (1, k, H, W) in [-1, 1]"""
    channels = np.ascontiguousarray(np.atleast_3d(image).transpose(2, 0, 1))
    return (torch.from_numpy(channels).to(device).float()[None] / 127.5 - 1).to(dtype)
