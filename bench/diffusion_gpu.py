"""Whole runs on a GPU: 576 x 864, one sample, an eager program in bfloat16 against the engine's choices.

    python bench/diffusion_gpu.py               30 steps on CUDA, published size, random weights (about 10 minutes)
    python bench/diffusion_gpu.py --quick       the eager program and the engine's default only
    python bench/diffusion_gpu.py --dry-run     every row on a CPU with a tiny model, to see that it runs

Prints, for each choice: seconds of the first run (compiling and recording in it) and of the best, milliseconds a step,
the share of the card's matrix rate that this is, peak memory, and how near the picture is to the engine's own float32
picture (PSNR). What a card or this build of torch cannot do is named in its row. Weights are random, so the nearness
says nothing about trained ones; int8 and fp8 have to be looked at again with those.
"""

from __future__ import annotations

import argparse
import gc
import math
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from diffusion_checkpoint import make_checkpoint
from diffusion_runs import TINY, Run, engine_run, nearness, plain_run
from torch import Tensor

from vesture.engines.diffusion.devices import options_for, require_device
from vesture.engines.diffusion.estimate import forward_operations, wait_for
from vesture.engines.diffusion.graphs import record_cuda, record_nothing
from vesture.engines.diffusion.memory import plan_memory
from vesture.engines.diffusion.mmdit import MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.sampler import SamplePlan
from vesture.engines.diffusion.weights import load_model
from vesture.errors import SettingError

PEAKS = {"H100": 989.0, "H200": 989.0, "A100": 312.0, "L40S": 362.0, "L4": 121.0, "4090": 165.0, "3090": 71.0}
"""TFLOP/s in bfloat16 with float32 sums, dense, by the makers' data sheets; by a part of the card's name."""

PLAIN, EXACT = "plain eager bf16", "engine fp32"
CHOICES: dict[str, dict[str, Any]] = {
    "engine bf16": {"precision": "bf16"},
    "engine bf16, graphs": {"precision": "bf16", "graphs": True},
    "engine bf16, compiled": {"precision": "bf16", "compile": True},
    "engine bf16, comp.+graphs": {"precision": "bf16", "compile": True, "graphs": True},
    "  flash attention": {"precision": "bf16", "compile": True, "attention": "flash"},
    "  efficient attention": {"precision": "bf16", "compile": True, "attention": "efficient"},
    "  cudnn attention": {"precision": "bf16", "compile": True, "attention": "cudnn"},
    "  4 samples in one batch": {"precision": "bf16", "compile": True, "samples": 4},
    "engine int8, compiled": {"precision": "int8", "compile": True},
    "engine fp8": {"precision": "fp8"},
    "engine fp8, compiled": {"precision": "fp8", "compile": True},
}
QUICK = ("engine bf16, compiled",)


def runs(path: Path, config: MMDiTConfig, arguments: argparse.Namespace) -> Iterator[tuple[str, Run | str, int]]:
    """Name, run or the reason why there is none, samples; each is built only when it is its turn."""
    device, plan = torch.device(arguments.device), SamplePlan(arguments.steps, 2.0)
    yield EXACT, engine_run(path, DiffusionOptions(device=arguments.device), plan), 1
    yield PLAIN, plain_run(path, config, device, plan, torch.bfloat16), 1
    for name, choices in CHOICES.items():
        if arguments.quick and name not in QUICK:
            continue
        own = dict(choices)
        samples, graphs = own.pop("samples", 1), own.pop("graphs", False)
        if arguments.dry_run:
            own.pop("compile", None)
        options = DiffusionOptions(device=arguments.device, **own)
        record = (record_nothing if arguments.dry_run else record_cuda) if graphs else None
        try:
            if not (arguments.dry_run and options.precision == "fp8"):
                require_device(options)
            yield name, engine_run(path, options, plan, record=record, samples=samples), samples
        except (SettingError, RuntimeError) as error:
            yield name, f"not possible: {error}", samples


def measure(run: Run, device: torch.device, repeats: int) -> tuple[float, float, float, Tensor]:
    """Seconds of the first run and of the best of `repeats` more, peak GB of device memory, the last state."""
    on_gpu = device.type == "cuda"
    if on_gpu:
        torch.cuda.reset_peak_memory_stats(device)
    first, result = _seconds(run, device)
    best = math.inf
    for _ in range(repeats):
        seconds, result = _seconds(run, device)
        best = min(best, seconds)
    return first, best, torch.cuda.max_memory_allocated(device) / 1e9 if on_gpu else math.nan, result


def _seconds(run: Run, device: torch.device) -> tuple[float, Tensor]:
    wait_for(device)
    start = time.perf_counter()
    result = run()
    wait_for(device)
    return time.perf_counter() - start, result


def loading_time(path: Path, device: torch.device) -> tuple[float, float]:
    """Seconds of reading the file alone, and of loading the model in the default precision; the file is cached."""
    start = time.perf_counter()
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass
    read = time.perf_counter() - start
    start = time.perf_counter()
    model = load_model(path, options_for(str(device), compile=False), allow_random=True)
    wait_for(device)
    del model
    return read, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--peak", type=float, help="TFLOP/s of the card in bfloat16; default: by its name")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--dry-run", action="store_true")
    arguments = parser.parse_args()
    if arguments.dry_run:
        arguments.device, arguments.steps, arguments.repeats = "cpu", min(arguments.steps, 4), 1
    elif not torch.cuda.is_available():
        parser.error("torch sees no CUDA device here; --dry-run shows that the script runs")
    device = torch.device(arguments.device)
    config = TINY if arguments.dry_run else MMDiTConfig()
    plan = SamplePlan(arguments.steps, 2.0)
    work = plan.forwards * forward_operations(config).total / 1e12
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU, dry run"
    peak = arguments.peak or next((rate for part, rate in PEAKS.items() if part in name), math.nan)
    print(f"{name}, torch {torch.__version__}, {config.width} x {config.height}, {plan.steps} steps, {work:.4g} TFLOP")
    planned = plan_memory(config, DiffusionOptions(device="cuda", precision="bf16"))
    print(f"planned for bf16: {planned.weights / 1e9:.2f} GB weights, {planned.activations / 1e9:.2f} GB activations")
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        path, exact = make_checkpoint(Path(folder), config), None
        read, load = loading_time(path, device)
        print(f"reading the file: {read:.2f} s; loading it onto the device: {load:.2f} s")
        print(f"{'choice':27} {'first s':>8} {'run s':>8} {'step ms':>8} {'share':>6} {'GB':>6} {'dB':>6}")
        for variant, run, samples in runs(path, config, arguments):
            if isinstance(run, str):
                print(f"{variant:27} {run}", flush=True)
                continue
            try:
                first, best, memory, state = measure(run, device, arguments.repeats)
            except RuntimeError as error:  # out of memory, or a kernel that this build lacks
                print(f"{variant:27} failed: {str(error).splitlines()[0]}", flush=True)
                continue
            exact = state if exact is None else exact
            share = samples * work / best / peak
            row = f"{variant:27} {first:8.2f} {best:8.3f} {1000 * best / plan.steps:8.1f} {share:6.1%} {memory:6.2f}"
            print(f"{row} {nearness(state, exact):6.1f}", flush=True)
            del run, state
            gc.collect()
            torch._dynamo.reset()
            if device.type == "cuda":
                torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
