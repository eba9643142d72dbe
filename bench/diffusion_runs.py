"""Whole runs from noise to picture, for the measurements: the plain program and the engine, on the same random inputs.

A run is a function without arguments that gives the last state (1, 3, H, W).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path

import torch
from diffusion_baseline import PlainModel
from safetensors.torch import load_file
from torch import Tensor

from vesture.engines.diffusion.graphs import Record, Recorded
from vesture.engines.diffusion.mmdit import MMDiT, MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.sampler import SamplePlan, draw_noise, euler_steps, prepare_route, schedule
from vesture.engines.diffusion.weights import load_model

CATEGORY, SEED = 1, 42
TINY = MMDiTConfig(216, 144, hidden=64, heads=4, mixer_depth=1, double_depth=2, single_depth=2, axes=(4, 6, 6))

Run = Callable[[], Tensor]


def conditions(config: MMDiTConfig, device: torch.device, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """Person, person pose, garment, garment pose: random, in [-1, 1]."""
    generator = torch.Generator().manual_seed(1)
    shapes = [(1, channels, config.height, config.width) for channels in (3, 1, 3, 1)]
    return [torch.rand(shape, generator=generator).mul(2).sub(1).to(device, dtype) for shape in shapes]


def noise_for(
    config: MMDiTConfig, device: torch.device, dtype: torch.dtype = torch.float32, samples: int = 1
) -> Tensor:
    size = (config.height, config.width)
    return torch.cat([draw_noise(SEED, sample, size, device, dtype, "portable") for sample in range(samples)])


def plain_run(path: Path, config: MMDiTConfig, device: torch.device, plan: SamplePlan, dtype: torch.dtype) -> Run:
    """The plain program: one number type for everything, time and state too; both branches at every step.

    In bfloat16 it rounds the time as the published program does: t, and 1000 t again.
    """
    model = PlainModel(config, {name: tensor.to(device, dtype) for name, tensor in load_file(path).items()})
    known = conditions(config, device, dtype)
    times = schedule(plan.steps, plan.time_shift)
    seen = (times.to(dtype) * 1000).float() / 1000

    def run() -> Tensor:
        x = noise_for(config, device).to(dtype)
        for step, (start, end) in enumerate(itertools.pairwise(times.tolist())):
            conditional, free = model.velocity(x, float(seen[step]), CATEGORY, *known)
            if plan.is_guided(step):
                conditional = free + plan.guidance * (conditional - free)
            x = x + (end - start) * conditional
        return x

    return run


def engine_run(
    path: Path, options: DiffusionOptions, plan: SamplePlan, *, record: Record | None = None, samples: int = 1
) -> Run:
    """The engine, from embedding the conditions to the last state.

    Args:
        record: replay recordings of the model made by this; None: call the model.
        samples: in one batch.
    """
    model, device = load_model(path, options, allow_random=True), torch.device(options.device)
    velocity = model if record is None else Recorded(model, record)
    dtype = torch.bfloat16 if options.numerics == "reference" and options.precision == "bf16" else torch.float32
    known = conditions(model.config, device, dtype)

    def run() -> Tensor:
        route = prepare_route(model, CATEGORY, plan, dtype)
        noise = noise_for(model.config, device, dtype, samples)
        *_, state = euler_steps(velocity, model.condition(*known), noise, route)
        return state.x

    return run


def one_step_inputs(model: MMDiT, time: float) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """What the model is called with for the conditional and for the unguided velocity at the first noise."""
    device = model.x_embedder.proj.weight.device
    noise = noise_for(model.config, device)
    guided, free = model.modulations(torch.cat([model.vectors(torch.tensor([time]), row) for row in (CATEGORY, 0)]))
    condition = model.condition(*conditions(model.config, device))
    return (noise, condition, guided), (noise, model.null_condition(), free)


def nearness(got: Tensor, exact: Tensor) -> float:
    """PSNR in dB of two states as pictures of levels 0 to 255."""
    error = (got[:1].float().clamp(-1, 1) - exact[:1].float().clamp(-1, 1)).mul(127.5).square().mean()
    return float(20 * math.log10(255) - 10 * torch.log10(error)) if error > 0 else math.inf


def levels(got: Tensor, exact: Tensor) -> tuple[float, float]:
    """Mean and largest difference of two states as pictures of levels 0 to 255."""
    difference = (got[:1].float().clamp(-1, 1) - exact[:1].float().clamp(-1, 1)).mul(127.5).abs()
    return float(difference.mean()), float(difference.max())


def relative(got: Tensor, exact: Tensor) -> float:
    """L2 of the difference over L2."""
    return float((got.float() - exact.float()).norm() / exact.float().norm())
