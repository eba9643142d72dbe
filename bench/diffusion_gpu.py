"""A whole run on a GPU: 576 x 864, one sample, an eager program in bfloat16 against the engine.

    python bench/diffusion_gpu.py                        30 steps on CUDA, published size, random weights
    python bench/diffusion_gpu.py --device cpu --tiny    the same path on a CPU with a tiny model, to see that it runs

Prints seconds a run and a step, the share of the card's matrix rate (given by --peak, in TFLOP/s), peak memory, and how
near the picture is to the engine's own float32 picture (PSNR; weights are random, so no word about trained ones).
"""

from __future__ import annotations

import argparse
import gc
import itertools
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from diffusion_baseline import PlainModel
from diffusion_checkpoint import make_checkpoint
from safetensors.torch import load_file
from torch import Tensor

from vesture.engines.diffusion.estimate import forward_operations, wait_for
from vesture.engines.diffusion.mmdit import MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.sampler import SamplePlan, draw_noise, euler_steps, prepare_route, schedule
from vesture.engines.diffusion.weights import load_model

TINY = MMDiTConfig(216, 144, hidden=64, heads=4, mixer_depth=1, double_depth=2, single_depth=2, axes=(4, 6, 6))
CATEGORY, SEED = 1, 42


def conditions(config: MMDiTConfig, device: torch.device) -> list[Tensor]:
    """Person, person pose, garment, garment pose: random, in [-1, 1]."""
    generator = torch.Generator().manual_seed(1)
    shapes = [(1, channels, config.height, config.width) for channels in (3, 1, 3, 1)]
    return [torch.rand(shape, generator=generator).mul(2).sub(1).to(device) for shape in shapes]


def noise_for(config: MMDiTConfig, device: torch.device) -> Tensor:
    return draw_noise(SEED, 0, (config.height, config.width), device, torch.float32, "portable")


def plain_run(path: Path, config: MMDiTConfig, device: torch.device, plan: SamplePlan) -> Callable[[], Tensor]:
    """The eager program: everything in bfloat16, both branches at every step."""
    weights = {name: tensor.to(device, torch.bfloat16) for name, tensor in load_file(path).items()}
    model = PlainModel(config, weights)
    known = [image.bfloat16() for image in conditions(config, device)]
    times = schedule(plan.steps, plan.time_shift).tolist()

    def run() -> Tensor:
        x = noise_for(config, device).bfloat16()
        for start, end in itertools.pairwise(times):
            conditional, free = model.velocity(x, start, CATEGORY, *known)
            x = x + (end - start) * (free + plan.guidance * (conditional - free))
        return x

    return run


def engine_run(path: Path, options: DiffusionOptions, plan: SamplePlan) -> Callable[[], Tensor]:
    """The engine, from embedding the conditions to the last state."""
    model, device = load_model(path, options, allow_random=True), torch.device(options.device)
    known = conditions(model.config, device)

    def run() -> Tensor:
        route = prepare_route(model, CATEGORY, plan)
        *_, state = euler_steps(model, model.condition(*known), noise_for(model.config, device), route)
        return state.x

    return run


def measure(run: Callable[[], Tensor], device: torch.device, repeats: int) -> tuple[float, float, Tensor]:
    """Best seconds of `repeats` after one warm-up, peak GB of device memory, the last state."""
    result = run()
    on_gpu = device.type == "cuda"
    if on_gpu:
        torch.cuda.reset_peak_memory_stats(device)
    best = math.inf
    for _ in range(repeats):
        wait_for(device)
        start = time.perf_counter()
        result = run()
        wait_for(device)
        best = min(best, time.perf_counter() - start)
    return best, torch.cuda.max_memory_allocated(device) / 1e9 if on_gpu else math.nan, result


def nearness(got: Tensor, exact: Tensor) -> float:
    """PSNR in dB of two states as pictures of levels 0 to 255."""
    error = (got.float().clamp(-1, 1) - exact.float().clamp(-1, 1)).mul(127.5).square().mean()
    return float(20 * math.log10(255) - 10 * torch.log10(error)) if error > 0 else math.inf


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peak", type=float, default=989.0, help="TFLOP/s of the card in bfloat16 (H100 SXM: 989)")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--no-compile", action="store_true")
    arguments = parser.parse_args()
    device, plan = torch.device(arguments.device), SamplePlan(arguments.steps, 2.0)
    config = TINY if arguments.tiny else MMDiTConfig()
    work = plan.forwards * forward_operations(config).total / 1e12
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(f"{name}, torch {torch.__version__}, {config.width} x {config.height}, {plan.steps} steps, {work:.1f} TFLOP")
    print(f"{'variant':22} {'run s':>8} {'step ms':>8} {'share':>6} {'GB':>6} {'dB':>6}")
    choices = {"engine fp32": {"precision": "fp32"}, "engine bf16": {"precision": "bf16"}}
    if not arguments.no_compile:
        choices["engine bf16 compiled"] = {"precision": "bf16", "compile": True}
    choices["engine int8"] = {"precision": "int8"}
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        path, exact = make_checkpoint(Path(folder), config), None
        for variant in ("engine fp32", "plain bf16", *list(choices)[1:]):
            if variant in choices:
                run = engine_run(path, DiffusionOptions(device=arguments.device, **choices[variant]), plan)
            else:
                run = plain_run(path, config, device, plan)
            seconds, memory, state = measure(run, device, arguments.repeats)
            exact = state if exact is None else exact
            share = work / seconds / arguments.peak
            row = f"{variant:22} {seconds:8.3f} {1000 * seconds / plan.steps:8.1f} {share:6.1%} {memory:6.2f}"
            print(f"{row} {nearness(state, exact):6.1f}", flush=True)
            del run, state
            gc.collect()
            if device.type == "cuda":
                torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
